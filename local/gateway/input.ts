import type * as z from "zod";
import { AwsError } from "../errors.ts";

/** A member of an input that is missing, or has a value that the operation does not take. */
export interface InputFault {
  /** Such as `Entries.0.Id`; empty for the whole input. */
  readonly path: string;
  readonly missing: boolean;
  readonly value: unknown;
  readonly reason: string;
}

/** Makes the error that a service has for faults, of which there is at least one. */
export type InvalidInput = (faults: readonly [InputFault, ...InputFault[]]) => AwsError;

/** An error that names every fault, under the code that the service's model has for them. */
export function invalidAs(code: string): InvalidInput {
  return (faults) => {
    const all = faults.map(({ path, reason }) => `${path || "input"}: ${reason}`);
    return new AwsError(code, `${all.length} validation error${all.length === 1 ? "" : "s"} detected: ${all.join("; ")}`);
  };
}

/**
 * Reads an input by its schema. A member that is null is a member that is not there, as in the AWS JSON protocols.
 *
 * @throws AwsError SerializationException for a value of another JSON type, else what `invalid` makes of the faults
 */
export function parseInput<Input>(schema: z.ZodType<Input>, input: unknown, invalid: InvalidInput = invalidAs("ValidationException")): Input {
  let parsed = schema.safeParse(input, { reportInput: true });
  if (!parsed.success && parsed.error.issues.some((issue) => issue.input === null)) {
    parsed = schema.safeParse(withoutNulls(input), { reportInput: true });
  }
  if (parsed.success) return parsed.data;
  requireTypes(parsed.error.issues);
  const [first, ...others] = parsed.error.issues.map(faultOf);
  throw first === undefined ? parsed.error : invalid([first, ...others]);
}

/**
 * AWS reads types before anything else, so a wrong one hides other faults.
 *
 * @throws AwsError SerializationException
 */
export function requireTypes(issues: readonly z.core.$ZodIssue[]): void {
  const wrong = issues.find(isWrongType);
  if (wrong !== undefined) throw new AwsError("SerializationException", `${pathOf(wrong) || "The input"} has another JSON type than the API's: ${wrong.message}`);
}

function isWrongType(issue: z.core.$ZodIssue): boolean {
  if (issue.input === undefined) return false;
  if (issue.code === "invalid_type") return true;
  return issue.code === "invalid_value" && issue.values.every((value) => typeof value !== typeof issue.input);
}

function faultOf(issue: z.core.$ZodIssue): InputFault {
  return { path: pathOf(issue), missing: issue.input === undefined, value: issue.input, reason: issue.message };
}

function pathOf({ path }: z.core.$ZodIssue): string {
  return path.map(String).join(".");
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => (member === null ? [] : [[name, withoutNulls(member)]])));
}
