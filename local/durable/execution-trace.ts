import { traceHeader } from "../lambda/trace-header.ts";
import type { ExecutionRow } from "./repository.ts";

/** The trace that all invocations of an execution belong to. */
export function executionTrace({ executionId, startedAt }: Pick<ExecutionRow, "executionId" | "startedAt">): string {
  return traceHeader(executionId, startedAt);
}
