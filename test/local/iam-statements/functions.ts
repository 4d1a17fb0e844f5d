import { GetDurableExecutionHistoryCommand } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import type { FunctionName } from "../../../infra/names.ts";
import type { Scenario, Scenarios } from "./scenario.ts";
import { until, type Workflows } from "./workflows.ts";

export type DurableFunctionName = Exclude<FunctionName, "task-watchdog" | "task-sweep">;

export const JOB = { message: "hello", processingTime: 0 };
export const CRASHING_JOB = { ...JOB, fail: { exitCode: 3 } };

export const LONG_JOB = { ...JOB, processingTime: 3000 };

/** What each function takes, and what it refuses at once. */
const INPUTS: Readonly<Record<DurableFunctionName, { valid: object; invalid: object }>> = {
  report: { valid: {}, invalid: { scheduledTime: 1 } },
  math: { valid: {}, invalid: { num1: "one" } },
  "poll-job": { valid: JOB, invalid: {} },
  "dispatch-job": { valid: JOB, invalid: {} },
  "callback-job": { valid: JOB, invalid: {} },
  "create-reminder": { valid: { key: "checkpoint", at: "2100-01-01T00:00:00", payload: 1 }, invalid: {} },
  reminder: { valid: { key: "checkpoint", payload: 1, scheduledTime: "now", scheduleArn: "none", executionId: "none" }, invalid: {} },
};

/** What every durable function has: trust, logs, dead letters, checkpoints. */
export function durableFunction(name: DurableFunctionName): Scenarios {
  const { valid, invalid } = INPUTS[name];
  return {
    [`${name}-role/Trust`]: {
      async run(workflows) {
        const executionArn = await workflows.start(name, invalid);
        const message = await until("a failed invocation", () => invocationError(workflows, executionArn));
        assert.equal(message, "The role defined for the function cannot be assumed by Lambda.");
        await workflows.stop(executionArn);
      },
    },
    [`${name}-policy/WriteLogs`]: {
      async run(workflows, since) {
        await workflows.run(name, invalid);
        assert.deepEqual(await workflows.lines(name, since), []);
      },
    },
    [`${name}-policy/SendDeadLetters`]: {
      async run(workflows, since) {
        const { status } = await workflows.run(name, invalid);
        assert.equal(status, "FAILED");
        await workflows.logged(name, /could not be sent to the dead-letter queue: User: .* not authorized to perform: sqs:SendMessage on resource: arn:/, since);
      },
    },
    [`${name}-policy/Checkpoint`]: fails(name, "lambda:CheckpointDurableExecution", valid),
  };
}

/** A workflow that fails for want of the statement, with a message that names the action and a resource. */
export function fails(name: DurableFunctionName, action: string, input: object, fault?: readonly string[]): Scenario {
  return {
    ...(fault && { fault }),
    async run(workflows) {
      const { status, error } = await workflows.run(name, input);
      assert.equal(status, "FAILED");
      assert.match(error, new RegExp(`not authorized to perform: ${action} on resource: (arn:|\\*)`));
    },
  };
}

async function invocationError({ context }: Workflows, executionArn: string): Promise<string | undefined> {
  const { Events: events = [] } = await context.lambda.send(
    new GetDurableExecutionHistoryCommand({ DurableExecutionArn: executionArn, IncludeExecutionData: true }),
  );
  return events.find((event) => event.EventType === "InvocationCompleted")?.InvocationCompletedDetails?.Error?.Payload?.ErrorMessage;
}
