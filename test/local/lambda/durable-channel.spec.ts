import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { createClock } from "../../../local/clock.ts";
import { DurableEngine, schema as durableSchema } from "../../../local/durable/engine.ts";
import { durableRoutes } from "../../../local/durable/routes.ts";
import { restJsonService } from "../../../local/gateway/rest-json-protocol.ts";
import type { Route } from "../../../local/gateway/rest-json-protocol.ts";
import type { ClosedExecution } from "../../../local/durable/contract.ts";
import type { FunctionVersion } from "../../../local/lambda/function-version.ts";
import { EnvironmentPool } from "../../../local/lambda/pool.ts";
import { FunctionRegistry } from "../../../local/lambda/registry.ts";
import { schema as lambdaSchema } from "../../../local/lambda/schema.ts";
import { StateDoor } from "../../../local/lambda/state-door.ts";
import { Store } from "../../../local/store/store.ts";
import { openDoor, type Door } from "../gateway/fixtures.ts";
import { createIam, lambdaCaller, policy, role } from "../iam/fixtures.ts";
import { awsError, CodeFolders, FakeLogs, functionVersion, identity } from "./support.ts";

/** Everything that a handler says to the engine, and an event that fits into one page or doesn't. */
const SOURCE = `
  import { withDurableExecution } from "@aws/durable-execution-sdk-js";
  let attempts = 0;
  export const handler = withDurableExecution(async ({ mode }, context) => {
    if (mode === "large") {
      for (let index = 0; index < 30; index++) await context.step("big-" + index, async () => "x".repeat(200_000));
      await context.wait("pause", { seconds: 1 });
      return (await context.step("after", async () => "done"));
    }
    if (mode === "too large") return context.step("big", async () => "x".repeat(1_100_000));
    const first = await context.step("first", async () => ({ at: 1 }));
    await context.wait("pause", { seconds: 1 });
    const second = await context.step("second", async (step) => {
      if (++attempts === 1) throw new TypeError("not yet");
      return attempts;
    }, { retryStrategy: (error, attempt) => ({ shouldRetry: attempt < 3, delay: { seconds: 1 } }) });
    const branches = await context.parallel("both", [async (branch) => branch.step("a", async () => "A"), async (branch) => branch.step("b", async () => "B")]);
    return { first, second, branches: branches.getResults() };
  });`;

const executions = "arn:aws:lambda:eu-west-1:000000000000:function:*:*/durable-execution/*";
const checkpoint = { Effect: "Allow", Action: "lambda:CheckpointDurableExecution", Resource: executions } as const;
const state = { Effect: "Allow", Action: "lambda:GetDurableExecutionState", Resource: executions } as const;

for (const channel of ["fast channel", "HTTP door"] as const) {
  describe(`A durable function whose SDK reaches the engine over the ${channel}`, () => {
    const code = new CodeFolders();
    const durable = { executionTimeoutSeconds: 60, retentionDays: 1 };
    let codeFolder: string;
    let store: Store;
    let pool: EnvironmentPool;
    let engine: DurableEngine;
    let door: Door;
    let registry: FunctionRegistry;
    /** Operations that came in by HTTP. */
    let requests: string[];

    before(async () => {
      codeFolder = code.write({});
      await build({
        stdin: { contents: SOURCE, resolveDir: import.meta.dirname },
        outfile: join(codeFolder, "index.mjs"),
        bundle: true,
        minify: true,
        platform: "node",
        format: "esm",
        mainFields: ["module", "main"],
        logLevel: "silent",
      });
      const clock = createClock(20);
      store = Store.open({ file: ":memory:", schemas: [lambdaSchema, durableSchema] });
      const iam = createIam([
        role("allowed", { checkpoint: policy(checkpoint), state: policy(state) }),
        role("silent", { state: policy(state) }),
      ]);
      registry = new FunctionRegistry({ store, identity });
      registry.apply({ functions: ["allowed", "silent"].map(version), aliases: [] });
      const stateDoor = new StateDoor({
        engine: { checkpoint: (request) => engine.checkpoint(request), getExecutionState: (request) => engine.getExecutionState(request) },
        iam,
        store,
      });
      pool = new EnvironmentPool({
        clock,
        identity,
        iam,
        logs: new FakeLogs(),
        endpoint: () => door.endpoint,
        compileCacheFolder: join(code.root, "cache"),
        stateDoor: channel === "fast channel" ? stateDoor : undefined,
      });
      engine = new DurableEngine({
        store,
        clock,
        identity,
        invoker: pool,
        functions: registry,
        iam,
        events: { publish: () => undefined },
        deadLetters: { deadLetter: () => undefined },
      });
      const routes = durableRoutes(engine).map(watched);
      door = await openDoor({ iam, services: [restJsonService({ signingName: "lambda", routes })], committed: () => store.committed() });
    });
    beforeEach(() => (requests = []));
    after(async () => {
      engine.stop();
      await pool.stop();
      await door.gateway.close();
      store.close();
      code.remove();
    });

    function version(name: string): FunctionVersion {
      return functionVersion({ functionName: name, codeFolder, durable, timeoutSeconds: 30, memoryMegabytes: 256 });
    }

    function watched(route: Route): Route {
      return { ...route, call: (request) => (requests.push(route.operation), route.call(request)) };
    }

    async function run(functionName: string, input: unknown): Promise<ClosedExecution> {
      const { version: started } = registry.resolve(`${functionName}:1`);
      const { executionArn } = engine.start({ version: started, input: JSON.stringify(input), invocationType: "RequestResponse" });
      return Promise.race([
        engine.waitForClose(executionArn),
        sleep(15_000, undefined, { ref: false }).then(() => assert.fail(`${executionArn} did not end.`)),
      ]);
    }

    it("runs steps, waits, retries and branches to the same result, with the same bundle", async () => {
      const { status, result, error } = await run("allowed", {});
      assert.equal(status, "SUCCEEDED", error?.ErrorMessage);
      assert.deepEqual(JSON.parse(result ?? ""), { first: { at: 1 }, second: 2, branches: ["A", "B"] });
      assert.equal(requests.includes("CheckpointDurableExecution"), channel === "HTTP door");
    });

    it("reads a state of several pages", async () => {
      const { status, result, error } = await run("allowed", { mode: "large" });
      assert.equal(status, "SUCCEEDED", error?.ErrorMessage);
      assert.equal(result, '"done"');
      assert.equal(requests.includes("GetDurableExecutionState"), channel === "HTTP door");
    });

    it("fails the execution when the function's role may not checkpoint, in IAM's words", async () => {
      const { status, error } = await run("silent", {});
      assert.equal(status, "FAILED");
      assert.match(
        error?.ErrorMessage ?? "",
        /assumed-role\/silent\/silent is not authorized to perform: lambda:CheckpointDurableExecution on resource: \S+:function:silent:1\/durable-execution\//,
      );
    });

    it("tells the SDK of a refused checkpoint, so that it fails the execution at once", async () => {
      const { status, error } = await run("allowed", { mode: "too large" });
      assert.equal(status, "FAILED");
      assert.match(error?.ErrorMessage ?? "", /Checkpoint failed: .*1048576/);
    });
  });
}

describe("The fast channel's door", () => {
  it("asks IAM before the engine, and lets no answer out before the commit", async () => {
    const iam = createIam([role("blind", { checkpoint: policy(checkpoint) })]);
    const blind = iam.assumeRole(`arn:aws:iam::${identity.accountId}:role/blind`, lambdaCaller("blind"), "blind");
    const order: string[] = [];
    const answer = { NewExecutionState: { Operations: [] } };
    const door = new StateDoor({
      engine: { checkpoint: () => (order.push("checkpoint"), answer), getExecutionState: () => assert.fail("IAM was not asked.") },
      iam,
      store: { committed: async () => void order.push("committed") },
    });
    const input = { DurableExecutionArn: "arn:aws:lambda:eu-west-1:000000000000:function:blind:1/durable-execution/n/i", CheckpointToken: "abcd" };
    assert.equal(await door.call(blind, { operation: "checkpoint", input }), answer);
    await assert.rejects(
      door.call(blind, { operation: "getExecutionState", input }),
      awsError("AccessDeniedException", /assumed-role\/blind\/blind is not authorized to perform: lambda:GetDurableExecutionState on resource: arn:/),
    );
    await assert.rejects(door.call(blind, { operation: "checkpoint", input: { ...input, CheckpointToken: "" } }), awsError("ValidationException", /checkpointToken/));
    assert.deepEqual(order, ["checkpoint", "committed", "committed", "committed"]);
  });
});
