import { GetDurableExecutionHistoryCommand } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import { type FunctionName, WORKFLOWS } from "../../../infra/workflows.ts";
import { fillExample } from "../../../operator/example.ts";
import type { Scenario, Scenarios } from "./scenario.ts";
import { until, type Workflows } from "./workflows.ts";

export const JOB = { message: "hello", processingTime: 0 };
export const CRASHING_JOB = { ...JOB, fail: { exitCode: 3 } };

export const LONG_JOB = { ...JOB, processingTime: 3000 };

const NOW = Date.parse("2100-01-01T00:00:00Z");
/** No function takes this. */
const INVALID = "not an object";

/** A valid input of a function: its first example. */
export function inputOf(name: FunctionName): unknown {
  return fillExample(WORKFLOWS[name].examples[0]?.input, NOW);
}

/** The scenarios of several functions. */
export function forEach(names: readonly FunctionName[], scenarios: (name: FunctionName) => Scenarios): Scenarios {
  return Object.assign({}, ...names.map(scenarios)) as Scenarios;
}

/** What every durable function has: trust, logs, dead letters, checkpoints. */
export function durableFunction(name: FunctionName): Scenarios {
  const valid = inputOf(name);
  return {
    [`${name}-role/Trust`]: {
      async run(workflows) {
        const executionArn = await workflows.start(name, INVALID);
        const message = await until("a failed invocation", () => invocationError(workflows, executionArn));
        assert.equal(message, "The role defined for the function cannot be assumed by Lambda.");
        await workflows.stop(executionArn);
      },
    },
    [`${name}-policy/WriteLogs`]: {
      async run(workflows, since) {
        await workflows.run(name, INVALID);
        assert.deepEqual(await workflows.lines(name, since), []);
      },
    },
    [`${name}-policy/SendDeadLetters`]: {
      async run(workflows, since) {
        const { status } = await workflows.run(name, INVALID);
        assert.equal(status, "FAILED");
        await workflows.logged(name, /could not be sent to the dead-letter queue: User: .* not authorized to perform: sqs:SendMessage on resource: arn:/, since);
      },
    },
    [`${name}-policy/Checkpoint`]: fails(name, "lambda:CheckpointDurableExecution", valid),
  };
}

/** A workflow that fails for want of the statement, with a message that names the action and a resource. */
export function fails(name: FunctionName, action: string, input: unknown, fault?: readonly string[]): Scenario {
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
