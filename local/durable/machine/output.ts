import * as z from "zod";
import type { ErrorObject } from "../contract.ts";
import { errorObjectSchema } from "../error-object.ts";
import { exceeds, isErrorTooLarge, MAX_ERROR_BYTES } from "./limits.ts";

/** What a handler's answer means. */
export type Output =
  | { readonly status: "PENDING" }
  | { readonly status: "SUCCEEDED"; readonly result?: string }
  | { readonly status: "FAILED"; readonly error: ErrorObject }
  | { readonly status: "INVALID"; readonly message: string };

const outputSchema = z.object({
  Status: z.enum(["SUCCEEDED", "FAILED", "PENDING"]),
  Result: z.string().nullish(),
  Error: errorObjectSchema.nullish(),
});

/** @param maxResultBytes bound of the execution's result */
export function parseOutput(payload: string, maxResultBytes: number): Output {
  const parsed = outputSchema.safeParse(parseJson(payload));
  if (!parsed.success) return { status: "INVALID", message: "Invalid Status in invocation output." };
  const { Status: status, Result, Error: error } = parsed.data;
  const result = Result ?? undefined;
  if (status === "PENDING") return { status };
  if (status === "SUCCEEDED") {
    if (error) return { status: "INVALID", message: "Cannot provide an Error for SUCCEEDED status." };
    if (exceeds(result, maxResultBytes)) {
      return { status: "INVALID", message: `Execution output payload size must be less than or equal to ${maxResultBytes} bytes.` };
    }
    return { status, result };
  }
  if (result !== undefined) return { status: "INVALID", message: "Cannot provide a Result for FAILED status." };
  if (isErrorTooLarge(error ?? undefined)) {
    return { status: "INVALID", message: `Error object size must be less than ${MAX_ERROR_BYTES} bytes.` };
  }
  return { status, error: error ?? {} };
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
