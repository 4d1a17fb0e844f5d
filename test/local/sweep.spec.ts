import { GetDurableExecutionCommand, GetDurableExecutionHistoryCommand, InvokeCommand, SendDurableExecutionCallbackSuccessCommand, StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import * as assert from "node:assert/strict";
import { AwsError } from "../../local/errors.ts";
import { followExecution, startExecution, until } from "../../operator/follow.ts";
import { DEADLINE_MS, idOf, runningTask, tasksOf } from "./tasks-of.ts";
import { UsedStack } from "./use-stack.ts";

const LONG = { message: "runs on", processingTime: 600 };
const CRASH = { message: "crashes", processingTime: 0, fail: { exitCode: 3 } };

describe("A sweep, when every event was lost", function () {
  this.timeout(120_000);

  const used = UsedStack.use();
  before(() => {
    const { iam } = used.stack;
    const authorizeService = iam.authorizeService.bind(iam);
    // EventBridge doesn't retry what it has no permission for.
    iam.authorizeService = (caller, request) => {
      if (caller.service === "events.amazonaws.com") throw new AwsError("AccessDeniedException", "every event is lost", 403);
      authorizeService(caller, request);
    };
  });

  const statusOf = async (DurableExecutionArn: string) => (await used.context.lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }))).Status;
  const stopExecution = (DurableExecutionArn: string) => used.context.lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn }));
  const stoppedTask = (arn: string) => until("its task has stopped", DEADLINE_MS, async () => (await tasksOf(used.context, arn)).find(({ lastStatus }) => lastStatus === "STOPPED"));

  const recordStatus = async (jobId: string) => (await used.record(jobId))?.["status"];

  async function started(functionKey: string, input: object): Promise<string> {
    const executionArn = await startExecution(used.context, functionKey, input);
    await runningTask(used.context, executionArn);
    return executionArn;
  }

  /** Somebody other than the job completes the callback. */
  async function completeCallback(DurableExecutionArn: string): Promise<void> {
    const { Events = [] } = await used.context.lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn, IncludeExecutionData: true }));
    const CallbackId = Events.findLast(({ CallbackStartedDetails: details }) => details !== undefined)?.CallbackStartedDetails?.CallbackId;
    await used.context.lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from('{"by":"somebody"}') }));
  }

  it("repairs each of them, and touches nothing that is well", async () => {
    const healthy = await Promise.all(["pollJob", "callbackJob", "dispatchJob"].map((key) => started(key, LONG)));
    const [stoppedPoll, stoppedCallback, crashedPoll, crashedCallback, crashedDispatch] = await Promise.all([
      started("pollJob", LONG),
      started("callbackJob", LONG),
      startExecution(used.context, "pollJob", CRASH),
      startExecution(used.context, "callbackJob", CRASH),
      startExecution(used.context, "dispatchJob", CRASH),
    ]);
    const answered = await started("callbackJob", { ...LONG, hang: true });
    await Promise.all([stopExecution(stoppedPoll), stopExecution(stoppedCallback), completeCallback(answered)]);
    await Promise.all([crashedPoll, crashedCallback, crashedDispatch].map(stoppedTask));
    await until("the execution has ended whose callback was completed", DEADLINE_MS, async () => (await statusOf(answered)) === "SUCCEEDED" || undefined);
    assert.equal(await statusOf(crashedCallback), "RUNNING", "nobody has reported its crash");
    assert.notEqual(await recordStatus(idOf(crashedDispatch)), "FAILED");

    const { FunctionError, Payload } = await used.context.lambda.send(
      new InvokeCommand({ FunctionName: used.context.output("taskSweepAliasArn"), Payload: JSON.stringify({ settleSeconds: 0 }) }),
    );
    assert.equal(FunctionError, undefined, Payload?.transformToString());

    for (const crashed of [crashedPoll, crashedCallback]) {
      const failed = await followExecution(used.context, crashed, () => undefined);
      assert.equal(failed.error?.type, "JobFailed");
      assert.match(failed.error.message, /exit code 3/);
    }
    assert.equal(await recordStatus(idOf(crashedDispatch)), "FAILED");
    assert.equal((await stoppedTask(stoppedPoll)).stopCode, "UserInitiated");
    // Their own next heartbeat may have been refused first.
    await Promise.all([stoppedCallback, answered].map(stoppedTask));

    for (const arn of healthy) assert.deepEqual((await tasksOf(used.context, arn)).map(({ lastStatus }) => lastStatus), ["RUNNING"], arn);
    const [poll, callback, dispatch] = healthy as [string, string, string];
    assert.deepEqual([await statusOf(poll), await statusOf(callback), await recordStatus(idOf(dispatch))], ["RUNNING", "RUNNING", "RUNNING"]);
  });
});
