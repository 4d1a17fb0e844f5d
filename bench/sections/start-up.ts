import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeLoad } from "../load/load.ts";
import { check, rounded, type Section } from "../report/section.ts";
import { BenchStack } from "../stack/bench-stack.ts";
import type { BenchOptions } from "./options.ts";

/** Longer than the bench, shorter than the function's execution time-out. */
const WAIT_SECONDS = 600;
const CLIENTS = 64;

/** Start-up on an empty folder and on one with many executions open, after a kill; and what an idle stack takes. */
export async function startUpSection({ openExecutions, progress }: BenchOptions): Promise<Section> {
  const dataFolder = await mkdtemp(join(tmpdir(), "bench-start-"));
  progress("start-up");
  const fresh = await BenchStack.start({ dataFolder });
  await makeLoad({ target: fresh.invoke("stepsAliasArn", { steps: 3, stepMilliseconds: 0 }), load: { clients: 1, requestsPerClient: 1 } });
  const idle = fresh.memory();
  progress(`start-up with ${openExecutions} executions open`);
  const requestsPerClient = Math.ceil(openExecutions / CLIENTS);
  await makeLoad({ target: fresh.invoke("waitAliasArn", { seconds: WAIT_SECONDS }, "Event"), load: { clients: CLIENTS, requestsPerClient } });
  const before = fresh.memory();
  await fresh.kill();
  const again = await BenchStack.start({ dataFolder });
  await again.kill();
  await rm(dataFolder, { recursive: true, force: true });
  return {
    title: "Start-up and idle memory",
    columns: ["what", "figure"],
    rows: [
      ["ready on an empty folder", `${rounded(fresh.readyMilliseconds / 1000)} s`],
      [`ready after kill -9 with ${CLIENTS * requestsPerClient} executions open`, `${rounded(again.readyMilliseconds / 1000)} s`],
      ["idle: stack and one environment", `${rounded(idle)} MiB`],
      [`with ${CLIENTS * requestsPerClient} executions just started`, `${rounded(before)} MiB`],
    ],
    notes: ["Ready: from the start of the process to the open door, the evaluation of the Pulumi program included."],
    checks: [
      check(`ready with ${CLIENTS * requestsPerClient} executions open`, again.readyMilliseconds / 1000, "at most", 3, "s"),
      check("idle memory of stack and one environment", idle, "at most", 200, "MiB"),
    ],
  };
}
