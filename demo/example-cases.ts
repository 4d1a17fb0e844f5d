import assert from "node:assert/strict";
import type { Example, Workflow } from "../functions/shared/workflow.ts";
import type { DemoCase } from "../operator/demo-case.ts";
import { fillExample } from "../operator/example.ts";
import { type FinishedExecution, followExecution, startExecution } from "../operator/follow.ts";
import { outputPrefix } from "../operator/outputs.ts";

/** The examples of a workflow that it offers to the demo run. */
export function exampleCases(name: string, { examples }: Pick<Workflow, "examples">): DemoCase[] {
  return examples.filter(({ offer }) => offer?.includes("demo") ?? true).map((example) => exampleCase(name, example));
}

function exampleCase(name: string, { title, input, expect = {} }: Example): DemoCase {
  return {
    title: `${name}: ${title}`,
    async run(context, report) {
      const execution = await followExecution(context, await startExecution(context, outputPrefix(name), fillExample(input, Date.now())), report);
      assertEnded(execution, expect);
      return { status: execution.status, summary: summarize(execution, expect) };
    },
  };
}

type Expected = NonNullable<Example["expect"]>;

/** @throws AssertionError for an execution that ended in another way */
function assertEnded({ status, error, result }: FinishedExecution, expected: Expected): void {
  assert.equal(status, expected.status ?? (expected.error === undefined ? "SUCCEEDED" : "FAILED"), error?.message);
  if (expected.error !== undefined) {
    assert.equal(error?.type, expected.error.type);
    if (expected.error.message !== undefined) assert.match(error.message, expected.error.message);
  }
  if (expected.result !== undefined) assert.partialDeepStrictEqual(result, expected.result);
}

/** The error, or of the result what was expected. */
function summarize({ error, result }: FinishedExecution, expected: Expected): string {
  if (error !== undefined) return `${error.type}: ${error.message}`;
  const fields = Object.entries(expected.result ?? {}).map(([key]) => [key, (result as Record<string, unknown>)[key]] as const);
  return fields.map(([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");
}
