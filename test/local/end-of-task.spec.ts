import { GetDurableExecutionHistoryCommand } from "@aws-sdk/client-lambda";
import * as assert from "node:assert/strict";
import { meter } from "../../bench/costs/meter.ts";
import { followExecution, startExecution } from "../../operator/follow.ts";
import { tasksOf } from "./tasks-of.ts";
import { UsedStack } from "./use-stack.ts";

const JOB_SECONDS = 20;
const SPEED = 5;
/** Real time from the stop of the task to the end of the execution. */
const SEEN_WITHIN_MS = 2000;
const MOST_OPERATIONS = 8;

describe("The end of a task of poll-job", function () {
  this.timeout(60_000);

  const used = UsedStack.use({ speed: SPEED });

  it(`is seen within 2 s of the stop, with at most ${MOST_OPERATIONS} operations, for a job of ${JOB_SECONDS} s`, async () => {
    const { lambda } = used.context;
    const executionArn = await startExecution(used.context, "pollJob", { message: "hello", processingTime: JOB_SECONDS });
    const execution = await followExecution(used.context, executionArn, () => undefined);
    assert.equal(execution.status, "SUCCEEDED");
    const [task] = await tasksOf(used.context, executionArn);
    const { Events = [] } = await lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn: executionArn, IncludeExecutionData: true, MaxItems: 1000 }));
    const seenAfter = Number(Events.at(-1)?.EventTimestamp) - Number(task?.stoppedAt);
    assert.ok(seenAfter < SEEN_WITHIN_MS, `${seenAfter} ms`);
    const { operations } = meter(Events);
    assert.ok(operations <= MOST_OPERATIONS, `${operations} operations`);
  });
});
