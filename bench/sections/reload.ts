import { LambdaClient } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { evaluateProgram } from "../../local/program/evaluate.ts";
import { environmentsBelow } from "../processes.ts";
import { Clients, countWrong, runOne } from "../reload/executions.ts";
import { WorkingCopy } from "../reload/working-copy.ts";
import { check, rounded, type Section } from "../report/section.ts";
import { BenchStack } from "../stack/bench-stack.ts";
import { percentile } from "../statistics.ts";
import type { BenchOptions } from "./options.ts";

const CLIENTS = 8;
const INFRASTRUCTURE_CHANGES = 5;
const SETTLE_MS = 3_000;
const DEADLINE_MS = 60_000;

/** From a saved file to what it changes, while clients start executions; and what is left afterwards. */
export async function reloadSection(project: string, { saves, progress }: BenchOptions): Promise<Section> {
  const dataFolder = await mkdtemp(join(tmpdir(), "bench-reload-"));
  const copy = await WorkingCopy.of(project);
  const program = { projectFolder: copy.folder, stack: "dev", dataFolder };
  try {
    progress("idle memory with and without reload");
    // Compiles what later starts find compiled.
    await idleMemory(program);
    const without = await idleMemory(program);
    const withReload = await idleMemory({ ...program, watch: true });
    await rm(dataFolder, { recursive: true, force: true });
    progress(`${saves} saves with ${CLIENTS} clients`);
    const stack = await BenchStack.start({ ...program, watch: true });
    const { endpoint, region, credentials, outputs } = stack.ready;
    const [lambda, scheduler] = [new LambdaClient({ endpoint, region, credentials }), new SchedulerClient({ endpoint, region, credentials })];
    const [alias, functionName] = [String(outputs["mathAliasArn"]), String(outputs["mathFunctionName"])];
    await runOne(lambda, alias, 0);
    const clients = new Clients(CLIENTS, lambda, alias);
    const serving: number[] = [];
    for (let code = 2; code <= saves + 1; code++) {
      await copy.saveHandler(code);
      serving.push(await timeUntil(async () => (await runOne(lambda, alias, 0)).begun === code));
      await sleep(100 * Math.random());
    }
    await clients.stop();
    await sleep(SETTLE_MS);
    const after = stack.ownMemory();
    const { lost, mixed } = await countWrong(lambda, functionName, clients.arns);
    progress("infrastructure changes");
    const [GroupName, Name] = String(outputs["reportScheduleArn"]).split("/").slice(1);
    const expression = async () => (await scheduler.send(new GetScheduleCommand({ GroupName, Name }))).ScheduleExpression;
    const live: number[] = [];
    for (let minute = 1; minute <= INFRASTRUCTURE_CHANGES; minute++) {
      const wanted = await copy.saveSchedule(minute);
      live.push(await timeUntil(async () => (await expression()) === wanted));
    }
    const evaluations: number[] = [];
    for (let run = 0; run < INFRASTRUCTURE_CHANGES; run++) {
      const began = performance.now();
      await evaluateProgram({ projectFolder: copy.folder, stack: "dev", endpoint });
      evaluations.push((performance.now() - began) / 1000);
    }
    const folders = await readdir(join(dataFolder, "functions", functionName));
    const processes = environmentsBelow(join(dataFolder, "functions", functionName)).filter((folder) => !folder.endsWith(`/${saves + 1}`));
    lambda.destroy();
    scheduler.destroy();
    await stack.stop();
    const [servingMedian, serving95] = [share(serving, 0.5), share(serving, 0.95)];
    const [evaluation, infrastructure] = [share(evaluations, 0.5), share(live, 0.5)];
    return {
      title: `Reload: ${saves} saves of a handler with ${CLIENTS} clients, and ${INFRASTRUCTURE_CHANGES} of a stack file`,
      columns: ["what", "median s", "95 % s"],
      rows: [
        ["code, save to the first answer of the new version", rounded(servingMedian), rounded(serving95)],
        ["infrastructure, save to live", rounded(infrastructure), rounded(share(live, 0.95))],
        ["one evaluation", rounded(evaluation), rounded(share(evaluations, 0.95))],
      ],
      notes: [
        `Each client runs one execution with a wait of 1 s after the other: ${clients.arns.length} in all. The answer of the new version includes the start of its first environment.`,
        "The program is this project with the handler of math replaced by one whose answer tells its version. The probe is one more client, without a wait.",
        `Memory of the stack's own process: ${rounded(without)} MiB idle without reload, ${rounded(withReload)} MiB with it, ${rounded(after)} MiB after the saves and executions.`,
      ],
      checks: [
        check("code change, median", servingMedian, "at most", 1, "s"),
        check("code change, 95 %", serving95, "at most", 2, "s"),
        check("infrastructure change, beside one evaluation and 1 s", infrastructure, "at most", evaluation + 1, "s"),
        check("executions lost", lost, "at most", 0, ""),
        check("executions on other code than their version's", mixed, "at most", 0, ""),
        check("code folders of superseded versions", folders.length - 1, "at most", 0, ""),
        check("processes of superseded versions", processes.length, "at most", 0, ""),
        check("idle memory of the stack with reload, beside that without", withReload, "at most", 1.1 * without, "MiB"),
      ],
    };
  } finally {
    await copy.remove();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function idleMemory(program: { projectFolder: string; stack: string; dataFolder: string; watch?: boolean }): Promise<number> {
  const stack = await BenchStack.start(program);
  await sleep(SETTLE_MS);
  const memory = stack.ownMemory();
  await stack.stop();
  return memory;
}

async function timeUntil(holds: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > DEADLINE_MS) throw new Error("A saved change did not become live within a minute.");
    await sleep(5);
  }
  return (performance.now() - began) / 1000;
}

function share(values: readonly number[], of: number): number {
  return percentile([...values].sort((a, b) => a - b), of);
}
