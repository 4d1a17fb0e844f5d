import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetDurableExecutionCommand, GetDurableExecutionHistoryCommand, InvokeCommand, SendDurableExecutionCallbackSuccessCommand, StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AwsError } from "../../local/errors.ts";
import { startStack, type RunningStack } from "../../local/stack.ts";
import { createTourContext, type TourContext } from "../../local/tour/context.ts";
import { followExecution, startExecution, until } from "../../local/tour/executions.ts";
import { DEADLINE_MS, idOf, runningTask, tasksOf } from "./tasks-of.ts";

const LONG = { message: "runs on", processingTime: 600 };
const CRASH = { message: "crashes", processingTime: 0, fail: { exitCode: 3 } };

describe("A sweep, when every event was lost", function () {
  this.timeout(120_000);

  let data: string;
  let stack: RunningStack;
  let context: TourContext;

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "stack-"));
    stack = await startStack({ projectFolder: resolve(import.meta.dirname, "../.."), stack: "dev", dataFolder: data, port: 0, speed: 1, onFatal: (error) => assert.fail(error) });
    context = createTourContext(stack);
    const authorizeService = stack.iam.authorizeService.bind(stack.iam);
    // EventBridge doesn't retry what it has no permission for.
    stack.iam.authorizeService = (caller, request) => {
      if (caller.service === "events.amazonaws.com") throw new AwsError("AccessDeniedException", "every event is lost", 403);
      authorizeService(caller, request);
    };
  });

  after(async () => {
    context.destroy();
    await stack.stop();
    rmSync(data, { recursive: true });
  });

  const statusOf = async (DurableExecutionArn: string) => (await context.lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }))).Status;
  const stopExecution = (DurableExecutionArn: string) => context.lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn }));
  const stoppedTask = (arn: string) => until("its task has stopped", DEADLINE_MS, async () => (await tasksOf(context, arn)).find(({ lastStatus }) => lastStatus === "STOPPED"));

  async function recordStatus(jobId: string): Promise<unknown> {
    const { Item } = await context.dynamodb.send(new GetItemCommand({ TableName: context.output("jobTableName"), Key: marshall({ jobId }), ConsistentRead: true }));
    return Item && unmarshall(Item)["status"];
  }

  async function started(functionKey: string, input: object): Promise<string> {
    const executionArn = await startExecution(context, functionKey, input);
    await runningTask(context, executionArn);
    return executionArn;
  }

  /** Somebody other than the job completes the callback. */
  async function completeCallback(DurableExecutionArn: string): Promise<void> {
    const { Events = [] } = await context.lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn, IncludeExecutionData: true }));
    const CallbackId = Events.findLast(({ CallbackStartedDetails: details }) => details !== undefined)?.CallbackStartedDetails?.CallbackId;
    await context.lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from('{"by":"somebody"}') }));
  }

  it("repairs each of them, and touches nothing that is well", async () => {
    const healthy = await Promise.all(["pollJob", "callbackJob", "dispatchJob"].map((key) => started(key, LONG)));
    const [stoppedPoll, stoppedCallback, crashedCallback, crashedDispatch] = await Promise.all([
      started("pollJob", LONG),
      started("callbackJob", LONG),
      startExecution(context, "callbackJob", CRASH),
      startExecution(context, "dispatchJob", CRASH),
    ]);
    const answered = await started("callbackJob", { ...LONG, hang: true });
    await Promise.all([stopExecution(stoppedPoll), stopExecution(stoppedCallback), completeCallback(answered)]);
    await Promise.all([crashedCallback, crashedDispatch].map(stoppedTask));
    assert.equal(await statusOf(crashedCallback), "RUNNING", "nobody has reported its crash");
    assert.notEqual(await recordStatus(idOf(crashedDispatch)), "FAILED");

    const { FunctionError, Payload } = await context.lambda.send(
      new InvokeCommand({ FunctionName: context.output("taskSweepAliasArn"), Payload: JSON.stringify({ settleSeconds: 0 }) }),
    );
    assert.equal(FunctionError, undefined, Payload?.transformToString());

    const failed = await followExecution(context, crashedCallback, () => undefined);
    assert.equal(failed.error?.type, "JobFailed");
    assert.match(failed.error.message, /exit code 3/);
    assert.equal(await recordStatus(idOf(crashedDispatch)), "FAILED");
    assert.equal((await stoppedTask(stoppedPoll)).stopCode, "UserInitiated");
    // Their own next heartbeat may have been refused first.
    await Promise.all([stoppedCallback, answered].map(stoppedTask));

    for (const arn of healthy) assert.deepEqual((await tasksOf(context, arn)).map(({ lastStatus }) => lastStatus), ["RUNNING"], arn);
    const [poll, callback, dispatch] = healthy as [string, string, string];
    assert.deepEqual([await statusOf(poll), await statusOf(callback), await recordStatus(idOf(dispatch))], ["RUNNING", "RUNNING", "RUNNING"]);
  });
});
