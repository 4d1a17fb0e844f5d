import { InvokeCommand, SendDurableExecutionCallbackSuccessCommand, StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import { CreateScheduleCommand } from "@aws-sdk/client-scheduler";
import { setTimeout as delay } from "node:timers/promises";
import { persist, type Client } from "./client.ts";
import type { Ledger } from "./ledger.ts";
import type { Marks } from "./marks.ts";
import { pauseOrResume } from "./pause.ts";
import type { Pause, Site, Start, Work } from "./plan.ts";

/** Starts one piece of work and enters into the ledger what the stack has said to it. Never rejects. */
export async function start(clients: Readonly<Record<Site, Client>>, ledger: Ledger, { key, work }: Start): Promise<void> {
  try {
    await begin(clients, ledger, key, work);
  } catch (error) {
    ledger.refused.push(`${key}: ${(error as Error).name}: ${(error as Error).message}`);
  }
}

async function begin({ workflows, evidence }: Readonly<Record<Site, Client>>, ledger: Ledger, key: string, work: Work): Promise<void> {
  switch (work.workflow) {
    case "math":
      // Waits for the answer, over kills: the same name is the same execution.
      await invoke(workflows, ledger, "workflows", key, work.workflow, { num1: work.num1, num2: work.num2 }, "RequestResponse");
      return;
    case "report":
      await invoke(workflows, ledger, "workflows", key, work.workflow, {});
      return;
    case "pollJob":
    case "dispatchJob":
    case "callbackJob": {
      const executionArn = await invoke(workflows, ledger, "workflows", key, work.workflow, work.input);
      await pauseFor(workflows, ledger, executionArn, work.pause);
      if (work.stopAfterMilliseconds === undefined) return;
      await delay(work.stopAfterMilliseconds);
      await persist(() => workflows.lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: executionArn })));
      return;
    }
    case "createReminder":
      await invoke(workflows, ledger, "workflows", key, work.workflow, { key, at: momentIn(work.inSeconds), payload: { key } });
      return;
    case "steps":
    case "callback":
    case "chain":
      await pauseFor(evidence, ledger, await invoke(evidence, ledger, "evidence", key, work.workflow, {}), work.pause);
      return;
    case "note":
      await persist(() =>
        evidence.lambda.send(new InvokeCommand({ FunctionName: evidence.output("noteAliasArn"), InvocationType: "Event", Payload: JSON.stringify({ key }) })),
      );
      ledger.notes.push(key);
      return;
    case "schedule":
      await createSchedule(evidence, key, work.inSeconds);
      ledger.schedules.push(key);
      return;
  }
}

/** Pauses an execution and resumes it, unless it has ended by then. */
async function pauseFor(client: Client, ledger: Ledger, executionArn: string, pause: Pause | undefined): Promise<void> {
  if (pause === undefined) return;
  await delay(pause.afterMilliseconds);
  if (!(await persist(() => pauseOrResume(client, "pause", executionArn, "pause")))) return;
  ledger.paused.push(executionArn);
  await delay(pause.forMilliseconds);
  await persist(() => pauseOrResume(client, "resume", executionArn, "resume"));
}

async function invoke(
  client: Client,
  ledger: Ledger,
  site: Site,
  key: string,
  workflow: string,
  input: unknown,
  type: "Event" | "RequestResponse" = "Event",
): Promise<string> {
  const command = new InvokeCommand({
    FunctionName: client.output(`${workflow}AliasArn`),
    InvocationType: type,
    DurableExecutionName: key,
    Payload: JSON.stringify(input),
  });
  const { DurableExecutionArn: executionArn } = await persist(() => client.lambda.send(command));
  if (executionArn === undefined) throw new Error("The answer has no execution ARN.");
  ledger.executions.push({ site, workflow, key, executionArn });
  return executionArn;
}

async function createSchedule(client: Client, name: string, inSeconds: number): Promise<void> {
  const command = new CreateScheduleCommand({
    Name: name,
    GroupName: client.output("scheduleGroupName"),
    ClientToken: name,
    ScheduleExpression: `at(${momentIn(inSeconds)})`,
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "DELETE",
    Target: {
      Arn: client.output("tickAliasArn"),
      RoleArn: client.output("scheduleRoleArn"),
      Input: JSON.stringify({ schedule: name, moment: "<aws.scheduler.scheduled-time>" }),
    },
  });
  await persist(() => client.scheduler.send(command));
}

/** UTC, in whole seconds, as `at(...)` takes it. */
function momentIn(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19);
}

/** Answers every callback that the marks tell of, once each, until it is aborted. */
export async function answerCallbacks(client: Client, ledger: Ledger, marks: Marks, signal: AbortSignal): Promise<void> {
  const answered = new Set<string>();
  while (!signal.aborted) {
    for (const [executionId = "", callbackId = ""] of marks.read("callbacks")) {
      if (answered.has(callbackId)) continue;
      answered.add(callbackId);
      const answer = `answer to ${executionId}`;
      const command = new SendDurableExecutionCallbackSuccessCommand({ CallbackId: callbackId, Result: Buffer.from(answer) });
      try {
        await persist(() => client.lambda.send(command));
        ledger.answers.push({ executionId, answer });
      } catch (error) {
        // The answer to the first try was lost on its way, but it counted. That the execution gets it shows in its end.
        if ((error as Error).name !== "CallbackTimeoutException") ledger.refused.push(`callback of ${executionId}: ${String(error)}`);
      }
    }
    await delay(300);
  }
}
