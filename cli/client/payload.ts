import type { ErrorObject } from "@aws-sdk/client-lambda";
import type { WorkflowError } from "../shapes.ts";

/** A payload parsed; the text itself where it is not JSON, null where there is none. */
export function parsePayload(text: string | undefined): unknown {
  if (text === undefined || text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function describeError(error: ErrorObject | undefined): WorkflowError | null {
  return error === undefined ? null : { type: error.ErrorType ?? "", message: error.ErrorMessage ?? "" };
}
