import { type LambdaClient, SendDurableExecutionCallbackFailureCommand, SendDurableExecutionCallbackHeartbeatCommand } from "@aws-sdk/client-lambda";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { isCallbackClosed } from "../../container/kit/closed-callback.ts";

type Logger = DurableContext["logger"];

/** Sends a heartbeat for a callback on behalf of a job that hasn't started. Never fails. @returns false when the callback is closed */
export async function sendHeartbeat(lambda: LambdaClient, callbackId: string, logger: Logger): Promise<boolean> {
  try {
    await lambda.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId: callbackId }));
    return true;
  } catch (error) {
    if (isCallbackClosed(error)) {
      return false;
    }
    // The next heartbeat may get through.
    logger.warn("The callback's heartbeat could not be sent", { error: String(error) });
    return true;
  }
}

/** Fails a callback that no job will report to, so that it doesn't time out later and invoke the execution. Never fails. */
export async function closeCallback(lambda: LambdaClient, callbackId: string, reason: string, logger: Logger): Promise<void> {
  try {
    await lambda.send(
      new SendDurableExecutionCallbackFailureCommand({ CallbackId: callbackId, Error: { ErrorType: "NotStarted", ErrorMessage: reason } }),
    );
  } catch (error) {
    if (!isCallbackClosed(error)) {
      // Harmless: the execution doesn't await this callback.
      logger.warn("The callback could not be closed", { error: String(error) });
    }
  }
}
