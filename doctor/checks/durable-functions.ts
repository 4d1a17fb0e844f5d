import { type LambdaClient, ListDurableExecutionsByFunctionCommand } from "@aws-sdk/client-lambda";
import { describeError, isAccessDenied } from "../check.ts";
import { ok, problem, unknown, type Judgement } from "../finding.ts";

/** The response to a call of the durable API for a function that need not exist. */
export type DurableApi = { readonly answered: true; readonly deployed: boolean } | { readonly answered: false; readonly error: Error };

/**
 * Whether Lambda in this Region has durable functions. AWS has no call for this question, so it rests on how Lambda refuses: a
 * Region that has the operation answers ResourceNotFoundException for a function that does not exist (service model), or names
 * the action that is not allowed. A Region that lacks an operation of Lambda has been seen to refuse it with "Unable to determine
 * service/operation name to be authorized", as ap-southeast-4 did with function URLs. Not seen for durable functions.
 */
export async function readDurableApi(lambda: LambdaClient, functionName: string): Promise<DurableApi> {
  try {
    await lambda.send(new ListDurableExecutionsByFunctionCommand({ FunctionName: functionName, MaxItems: 1 }));
    return { answered: true, deployed: true };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === "ResourceNotFoundException") return { answered: true, deployed: false };
    return { answered: false, error };
  }
}

const NO_SUCH_OPERATION = /Unable to determine service\/operation name/;
const NO_SUCH_OPERATION_NAMES = new Set(["UnknownOperationException", "UnknownOperation", "InvalidAction", "NotImplemented"]);

export function judgeDurableApi(api: DurableApi, region: string): Judgement {
  const remedy = `Choose a Region that has durable functions (AWS Capabilities by Region lists them): npx pulumi config set aws:region <region>`;
  if (api.answered) return ok(`Lambda in ${region} answers the durable API${api.deployed ? ", and the stack's functions are there already" : ""}.`);
  const { error } = api;
  if (NO_SUCH_OPERATION.test(error.message) || NO_SUCH_OPERATION_NAMES.has(error.name)) return problem(`Lambda in ${region} does not know the durable API. ${error.name}: ${error.message}`, remedy);
  if ("code" in error && error.code === "ENOTFOUND") return problem(`There is no Lambda endpoint for ${region}: ${error.message}`, remedy);
  if (isAccessDenied(error.name)) return ok(`Lambda in ${region} knows the durable API: it names the action that these credentials may not call.`);
  return unknown(`Whether ${region} has durable functions is not known: ${describeError(error)}`, remedy);
}
