import {
  LambdaClient,
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from "@aws-sdk/client-lambda";
import { isCallbackClosed } from "../closed-callback.ts";
import { NobodyWaits } from "../errors.ts";
import { REPORT_CLIENT, type Reporter } from "./reporter.ts";

/** For a durable execution that is suspended until the job calls back. */
export function createCallbackReporter(callbackId: string): Reporter {
  const lambda = new LambdaClient(REPORT_CLIENT);
  const CallbackId = callbackId;
  return {
    heartbeat: async () => {
      if (await isClosed(lambda.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId })))) {
        throw new NobodyWaits("The callback is closed");
      }
    },
    succeeded: async (result) => {
      const Result = new TextEncoder().encode(JSON.stringify(result));
      await isClosed(lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result })));
    },
    failed: async ({ errorType, message, exitCode }) => {
      const Error = { ErrorType: errorType, ErrorMessage: `${message} (exit code ${exitCode})` };
      await isClosed(lambda.send(new SendDurableExecutionCallbackFailureCommand({ CallbackId, Error })));
    },
  };
}

/** @returns true when the call was refused because nobody waits for the callback any more */
async function isClosed(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return false;
  } catch (error) {
    if (isCallbackClosed(error)) {
      return true;
    }
    throw error;
  }
}
