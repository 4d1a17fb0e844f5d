import type { Identity } from "../identity.ts";
import type { FunctionDirectory, FunctionVersion } from "../lambda/function-version.ts";
import { functionVersionArn } from "./execution-arn.ts";
import type { LiveExecution } from "./live-execution.ts";
import { type Moment, record } from "./machine/decision.ts";
import type { RecordedEvent } from "./machine/event.ts";

/** The version that the execution is pinned to. An execution whose version has been deleted can never go on, so it fails. */
export function pinnedVersion(
  { functions, identity }: { readonly functions: FunctionDirectory; readonly identity: Identity },
  { row, state }: LiveExecution,
  events: RecordedEvent[],
  moment: Moment,
): FunctionVersion | undefined {
  const arn = functionVersionArn(identity, row.functionName, row.version);
  const version = functions.find(arn);
  if (version === undefined) {
    record(state, events, { type: "ExecutionFailed", at: moment.now, error: { ErrorType: "ResourceNotFoundException", ErrorMessage: `Function not found: ${arn}` } });
  }
  return version;
}
