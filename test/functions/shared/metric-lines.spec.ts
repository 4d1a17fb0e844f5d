import assert from "node:assert/strict";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import * as z from "zod";
import { WorkflowError } from "../../../functions/shared/errors.ts";
import { MetricLines, metricSource } from "../../../functions/shared/metric-lines.ts";
import { replay } from "../../../local/durable/machine/evolve.ts";
import { DurableRepository } from "../../../local/durable/repository.ts";
import { World } from "../../local/durable/world.ts";
import { readMetrics } from "./embedded-metrics.ts";

const SOURCE = { stack: "project-dev", functionName: "project-dev-work", errorTypes: ["OutOfPaper"] };
const fields = z.looseObject({ executionArn: z.string(), message: z.string(), lastProgressAt: z.iso.datetime(), errorType: z.string().optional() });

/** Runs one execution of a handler to its end, and collects what its function writes. */
async function run(handler: (context: DurableContext, world: World) => Promise<unknown>) {
  const world = new World();
  const lines: string[] = [];
  try {
    world.durable("work", (_, context) => handler(context, world), {}, [new MetricLines(SOURCE, (line) => lines.push(line))]);
    const arn = await world.begin("work");
    await world.idle();
    for (let minutes = 0; world.get(arn).Status === "RUNNING" && minutes < 60; minutes++) await world.pass(60);
    const { operationCount } = replay(new DurableRepository(world.store).events(world.engine.queries.find(arn).id));
    return { arn, status: world.get(arn).Status, lines, metered: operationCount, invocations: world.invocations.length };
  } finally {
    world.close();
  }
}

const count = (line: string, metricName: string) => readMetrics(line).filter((metric) => metric.metricName === metricName);

describe("The metric lines of a workflow", () => {
  it("are one for each invocation, replays included, and say how far the execution has come", async () => {
    const { arn, lines, invocations, status } = await run(async (context) => {
      await context.step("first", async () => 1);
      await context.wait("pause", { minutes: 1 });
      await context.step("second", async () => 2);
      await context.wait("pause", { minutes: 1 });
    });
    assert.deepEqual([status, invocations, lines.length], ["SUCCEEDED", 3, 3]);
    assert.ok(lines.every((line) => line.indexOf("\n") === line.length - 1));
    const read = lines.map((line) => fields.parse(JSON.parse(line)));
    assert.deepEqual(new Set(read.map(({ executionArn }) => executionArn)), new Set([arn]));
    const progress = read.map(({ lastProgressAt }) => Date.parse(lastProgressAt));
    assert.ok(progress[0]! < progress[1]! && progress[1]! < progress[2]!, progress.join());
    assert.ok(lines.every((line) => count(line, "ExecutionsFailed").length === 0));
  });

  it("count operations as they are metered: steps with their retries, waits, polls, callbacks", async () => {
    const { lines, metered } = await run(async (context) => {
      await context.step("unsteady", async ({ attempt }: { attempt: number }) => {
        if (attempt < 3) throw new Error("not yet");
      });
      await context.waitForCondition("poll", async (polls: number) => polls + 1, {
        initialState: 0,
        waitStrategy: (polls) => (polls < 5 ? { shouldContinue: true, delay: { seconds: 30 } } : { shouldContinue: false }),
      });
      const [callback] = await context.createCallback("nobody answers", { timeout: { minutes: 1 } });
      await callback.catch(() => undefined);
      await context.wait({ seconds: 1 });
    });
    const counts = lines.map((line) => count(line, "Operations")[0]!.value);
    assert.equal(counts.at(-1), metered);
    assert.deepEqual(counts, counts.toSorted((a, b) => a - b));
  });

  const failures: readonly [what: string, cause: string, handler: (context: DurableContext) => Promise<unknown>][] = [
    ["by its type", "JobFailed", () => Promise.reject(new WorkflowError("JobFailed", "exit code 1"))],
    ["by its type, for bad input too", "InvalidInput", () => Promise.reject(new WorkflowError("InvalidInput", "message: unknown field"))],
    ["by a type that the workflow declares for itself", "OutOfPaper", () => Promise.reject(Object.assign(new Error("no paper"), { name: "OutOfPaper" }))],
    ["as unexpected when no workflow knows its type", "Unexpected", () => Promise.reject(new TypeError("undefined is not a function"))],
  ];
  for (const [what, cause, handler] of failures) {
    it(`count a failed execution ${what}`, async () => {
      const { lines, status } = await run(handler);
      assert.deepEqual([status, lines.length], ["FAILED", 1]);
      assert.deepEqual(count(lines[0]!, "ExecutionsFailed").map(({ dimensions, value }) => ({ dimensions, value })), [{ dimensions: { Stack: SOURCE.stack, Cause: cause }, value: 1 }]);
      assert.deepEqual(count(lines[0]!, "FailuresReported").map(({ dimensions, value }) => ({ dimensions, value })), [{ dimensions: { FunctionName: SOURCE.functionName }, value: 1 }]);
    });
  }

  it("count an execution that the SDK fails because its code has changed under way", async () => {
    let invocation = 0;
    const { lines, status } = await run(async (context) => {
      await context.step(`step of invocation ${(invocation += 1)}`, async () => 1);
      await context.wait({ seconds: 1 });
    });
    assert.equal(status, "FAILED");
    assert.equal(fields.parse(JSON.parse(lines.at(-1)!)).errorType, "NonDeterministicExecutionError");
    assert.equal(count(lines.at(-1)!, "ExecutionsFailed")[0]?.dimensions["Cause"], "Unexpected");
  });

  it("count no failure of an execution that was stopped while its invocation ran", async () => {
    const { lines, status } = await run(async (context, world) => {
      await context.step("long", async () => {
        world.engine.stopExecution(context.executionContext.durableExecutionArn, { ErrorType: "Operator" });
      });
      await context.wait({ seconds: 1 });
    });
    assert.deepEqual([status, lines.length], ["STOPPED", 1]);
    assert.equal(fields.parse(JSON.parse(lines[0]!)).errorType, "CHECKPOINT_FAILED");
    assert.deepEqual(readMetrics(lines[0]!).map(({ metricName }) => metricName), ["Operations"]);
  });

  it("are written in functions of a stack only", () => {
    assert.equal(metricSource({ AWS_LAMBDA_FUNCTION_NAME: "work" }), undefined);
    assert.equal(metricSource({ METRICS_STACK: "project-dev" }), undefined);
    assert.deepEqual(metricSource({ METRICS_STACK: SOURCE.stack, METRICS_ERROR_TYPES: "OutOfPaper", AWS_LAMBDA_FUNCTION_NAME: SOURCE.functionName }), SOURCE);
  });
});
