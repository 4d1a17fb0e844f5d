import type { z } from "zod";
import { WorkflowError } from "./errors.ts";
import { describeIssues } from "../../container/kit/issues.ts";

/**
 * Parses what a caller sent.
 *
 * @throws WorkflowError `InvalidInput`, its message naming every wrong field by its path
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    throw new WorkflowError("InvalidInput", describeIssues(parsed.error).join("; "));
  }
  return parsed.data;
}
