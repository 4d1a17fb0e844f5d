import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { ExecutionBrowser } from "../../../local/durable/browse.ts";
import { durableRoutes } from "../../../local/durable/routes.ts";
import { AwsError } from "../../../local/errors.ts";
import { restJsonService } from "../../../local/gateway/rest-json-protocol.ts";
import { identity, World } from "./world.ts";

const caller = { kind: "user", arn: "arn:aws:iam::000000000000:user/test", accountId: "000000000000" } as const;

/** What is left of a row's JSON: cut off, empty, of another shape. */
const DAMAGES = ['[{"type":', "", "null", "[null]", '[{"type":5,"at":1}]'];

describe("A damaged execution", () => {
  let world: World;
  let output: string;
  const write = process.stderr.write.bind(process.stderr);

  beforeEach(() => {
    world = new World();
    world.durable("f", async (_input, context) => {
      const [answer] = await context.createCallback("c");
      return answer;
    });
    world.durable("short", async () => "done");
    world.raw("stuck", async () => new Promise(() => undefined));
    output = "";
    process.stderr.write = (text) => (output += String(text)) !== "";
  });
  afterEach(() => {
    process.stderr.write = write;
    world.close();
  });

  async function call(method: string, path: string, body = ""): Promise<Record<string, unknown>> {
    const [pathname = "", search] = path.split("?");
    const request = { method, path: pathname, query: new URLSearchParams(search), headers: {}, body: Buffer.from(body) };
    const service = restJsonService({ signingName: "lambda", routes: durableRoutes(world.engine) });
    try {
      const response = await service.parse(request).execute(caller);
      return JSON.parse(String(response.body)) as Record<string, unknown>;
    } catch (error) {
      // Anything else is answered as a 500 by the gateway.
      assert.ok(error instanceof AwsError && error.status < 500, String(error));
      return { error: error.code };
    }
  }

  const of = (arn: string, suffix = "") => `/2025-12-01/durable-executions/${encodeURIComponent(arn)}${suffix}`;

  async function damaged(functionName: string, damage = DAMAGES[0]!): Promise<string> {
    const arn = await world.begin(functionName, { n: 1 }, { name: "mine" });
    if (functionName === "stuck") while (world.invocations.length === 0) await delay(1);
    else await world.idle();
    world.store.run("UPDATE durable_events SET events = ? WHERE execution = ?", damage, world.engine.queries.find(arn).id);
    return arn;
  }

  for (const functionName of ["f", "short", "stuck"]) {
    for (const damage of DAMAGES) {
      it(`of ${functionName} with ${damage || "nothing"} is FAILED by name in every call`, async () => {
        const arn = await damaged(functionName, damage);
        const got = await call("GET", of(arn));
        assert.equal(got["Status"], "FAILED");
        assert.match(JSON.stringify(got["Error"]), /"LocalStack.DamagedRecord","ErrorMessage":"The record of execution mine is damaged in the store/);
        const history = await call("GET", of(arn, "/history?IncludeExecutionData=true"));
        assert.match(JSON.stringify(history["Events"]), /"EventType":"ExecutionFailed"/);
        assert.match(JSON.stringify(await call("GET", `/2025-12-01/functions/${functionName}/durable-executions?Statuses=FAILED`)), /"Status":"FAILED"/);
        assert.match(output, /^The record of execution mine is damaged[^\n]*\n$/, "told once");
        assert.equal(world.store.prepare("SELECT count(*) AS n FROM set_aside").get()?.["n"], world.store.prepare("SELECT count(DISTINCT row_key) AS n FROM set_aside").get()?.["n"]);
        assert.notEqual(world.store.prepare("SELECT count(*) AS n FROM set_aside").get()?.["n"], 0);
      });
    }
  }

  const CALLS = [
    ["GET", "/history?ReverseOrder=true", "", "ExecutionFailed"],
    ["POST", "/stop", "{}", "StopTimestamp"],
    ["POST", "/pause", "{}", "ResourceConflictException"],
    ["POST", "/resume", "{}", "ResourceConflictException"],
    ["DELETE", "", "", "ResourceConflictException|DeletionRequestTimestamp"],
    ["GET", "/state?CheckpointToken=AAAA", "", "InvalidParameterValueException"],
  ] as const;
  for (const [method, suffix, body, expected] of CALLS) {
    for (const functionName of ["f", "short"]) {
      it(`of ${functionName} answers ${method} ${suffix || "/"} first of all calls`, async () => {
        const arn = await damaged(functionName);
        assert.match(JSON.stringify(await call(method, of(arn, suffix), body)), new RegExp(expected));
      });
    }
  }

  it("without its first event, though with others, has failed", async () => {
    const arn = await world.begin("f", { n: 1 }, { name: "mine" });
    await world.idle();
    const { id } = world.engine.queries.find(arn);
    world.store.run("UPDATE durable_events SET events = '[]' WHERE execution = ? AND first_event = (SELECT MIN(first_event) FROM durable_events WHERE execution = ?)", id, id);
    assert.match(JSON.stringify(await call("GET", of(arn))), /"LocalStack.DamagedRecord".*holds no list of events/);
  });

  it("that has ended keeps the time of its end and announces no second one", async () => {
    const arn = await damaged("short");
    const before = world.engine.queries.find(arn);
    const published = world.published.length;
    await world.pass(60);
    world.get(arn);
    const { status, endedAt, expiresAt } = world.engine.queries.find(arn);
    assert.deepEqual({ status, endedAt, expiresAt }, { status: "FAILED", endedAt: before.endedAt, expiresAt: before.expiresAt });
    assert.equal(world.published.length, published);
  });

  it("that is being deleted stays so and is gone afterwards", async () => {
    const arn = await damaged("short");
    world.engine.deleteExecution(arn);
    assert.equal(world.get(arn).Status, "DELETING");
    await world.pass(2);
    assert.throws(() => world.get(arn), { name: "ResourceNotFoundException" });
  });

  it("is not started again by its name, with or without the same input", async () => {
    await damaged("f");
    await assert.rejects(world.begin("f", { n: 1 }, { name: "mine" }), { name: "DurableExecutionAlreadyStartedException" });
  });

  it("is shown as failed across functions without a change of the store", async () => {
    const browser = new ExecutionBrowser({ store: world.store, identity });
    const { id } = world.engine.queries.find(await damaged("f"));
    assert.deepEqual(browser.events(id).map(({ type }) => type), ["ExecutionStarted", "ExecutionFailed"]);
    assert.equal(browser.lastEvents(id).at(-1)?.type, "ExecutionFailed");
    assert.equal(browser.get(id)?.status, "RUNNING");
  });
});
