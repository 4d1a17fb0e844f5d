import { GetDurableExecutionCommand, type GetDurableExecutionResponse, type LambdaClient } from "@aws-sdk/client-lambda";
import { hasEnded } from "../../operator/execution-status.ts";

/** @param withInput whether the input comes as well @returns undefined for an execution that Lambda doesn't know, such as a deleted one */
export async function findExecution(lambda: LambdaClient, executionArn: string, withInput: boolean): Promise<GetDurableExecutionResponse | undefined> {
  try {
    return await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: executionArn, IncludeExecutionData: withInput }));
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") {
      return undefined;
    }
    throw error;
  }
}

/** @returns how an execution has ended, in words for a stop reason, or undefined while it is alive: running, paused or about to be */
export async function executionEnd(lambda: LambdaClient, executionArn: string): Promise<string | undefined> {
  const execution = await findExecution(lambda, executionArn, false);
  if (execution === undefined) {
    return "no longer known";
  }
  return hasEnded(execution.Status) ? execution.Status : undefined;
}
