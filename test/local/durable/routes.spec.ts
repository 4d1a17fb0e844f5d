import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { executionTrace } from "../../../local/durable/execution-trace.ts";
import { durableRoutes } from "../../../local/durable/routes.ts";
import { restJsonService } from "../../../local/gateway/rest-json-protocol.ts";
import type { Service } from "../../../local/gateway/service.ts";
import { World } from "./world.ts";

const caller = { kind: "user", arn: "arn:aws:iam::000000000000:user/test", accountId: "000000000000" } as const;

describe("The durable execution API over REST", () => {
  let world: World;
  let service: Service;

  beforeEach(() => {
    world = new World();
    service = restJsonService({ signingName: "lambda", routes: durableRoutes(world.engine) });
  });

  afterEach(() => world.close());

  function parse(method: string, path: string, options: { query?: string; body?: string } = {}) {
    return service.parse({ method, path, query: new URLSearchParams(options.query), headers: {}, body: Buffer.from(options.body ?? "") });
  }

  async function call(method: string, path: string, options: { query?: string; body?: string } = {}): Promise<Record<string, unknown>> {
    const { body } = await parse(method, path, options).execute(caller);
    return JSON.parse(body as string) as Record<string, unknown>;
  }

  const executionPath = (arn: string, suffix = "") => `/2025-12-01/durable-executions/${encodeURIComponent(arn)}${suffix}`;

  /** A running invocation and the token that it was given. */
  async function running(): Promise<{ arn: string; token: string }> {
    world.raw("f", async () => new Promise(() => undefined));
    const arn = await world.begin("f", { secret: true }, { name: "n" });
    await turn();
    const { CheckpointToken: token } = JSON.parse(world.invocations[0]!.event) as { CheckpointToken: string };
    return { arn, token };
  }

  it("checkpoints, and answers with times in seconds", async () => {
    const { arn, token } = await running();
    const body = JSON.stringify({ CheckpointToken: token, Updates: [{ Id: "w", Type: "WAIT", Action: "START", WaitOptions: { WaitSeconds: 2 } }] });
    const { access } = parse("POST", executionPath(arn, "/checkpoint"), { body });
    assert.deepEqual(access, [{ action: "lambda:CheckpointDurableExecution", resource: arn }]);
    const { CheckpointToken, NewExecutionState } = await call("POST", executionPath(arn, "/checkpoint"), { body });
    const now = world.clock.now() / 1000;
    assert.deepEqual(NewExecutionState, { Operations: [{ Id: "w", Type: "WAIT", Status: "STARTED", StartTimestamp: now, WaitDetails: { ScheduledEndTimestamp: now + 2 } }] });
    const query = new URLSearchParams({ CheckpointToken: CheckpointToken as string, MaxItems: "1" }).toString();
    const { Operations, NextMarker } = await call("GET", executionPath(arn, "/state"), { query });
    assert.equal((Operations as { Type: string }[])[0]!.Type, "EXECUTION");
    const rest = await call("GET", executionPath(arn, "/state"), { query: `${query}&${new URLSearchParams({ Marker: NextMarker as string }).toString()}` });
    assert.deepEqual((rest.Operations as { Id: string }[]).map(({ Id }) => Id), ["w"]);
  });

  it("takes the ARN encoded as SDKs do, and raw as people type it", async () => {
    const { arn } = await running();
    for (const path of [executionPath(arn), `/2025-12-01/durable-executions/${arn}`]) {
      assert.equal((await call("GET", path)).DurableExecutionArn, arn);
    }
  });

  it("names every wrong member of a checkpoint, as the service does", () => {
    const body = JSON.stringify({ CheckpointToken: "AAAA", Updates: [{ Id: "w", Type: "WAIT", Action: "START", WaitOptions: { WaitSeconds: 0 } }] });
    assert.throws(() => parse("POST", executionPath("arn", "/checkpoint"), { body }), {
      name: "ValidationException",
      message:
        "1 validation error detected: Value '0' at 'updates.1.member.waitOptions.waitSeconds' failed to satisfy constraint: Member must have value greater than or equal to 1",
    });
    assert.throws(() => parse("POST", executionPath("arn", "/checkpoint"), { body: "{}" }), {
      message: "1 validation error detected: Value null at 'checkpointToken' failed to satisfy constraint: Member must not be null",
    });
  });

  it("shows an execution with its data, or without", async () => {
    world.raw("f", async () => ({ kind: "response", payload: '{"Status":"SUCCEEDED","Result":"42"}' }));
    const arn = await world.begin("f", { secret: true }, { name: "n" });
    await world.idle();
    const now = world.clock.now() / 1000;
    const XAmznTraceId = executionTrace({ executionId: arn.split("/").at(-1) ?? "", startedAt: now * 1000 });
    const summary = {
      TraceHeader: { XAmznTraceId }, DurableExecutionArn: arn, DurableExecutionName: "n", FunctionArn: "arn:aws:lambda:eu-west-1:000000000000:function:f:1",
      Status: "SUCCEEDED", StartTimestamp: now, EndTimestamp: now, Version: "1", DurableConfig: { ExecutionTimeout: 900, RetentionPeriodInDays: 1 },
    };
    assert.deepEqual(await call("GET", executionPath(arn)), { ...summary, InputPayload: '{"secret":true}', Result: "42", ExecutionDataIncluded: true });
    assert.deepEqual(await call("GET", executionPath(arn), { query: "IncludeExecutionData=false" }), { ...summary, ExecutionDataIncluded: false });
    await assert.rejects(async () => call("GET", executionPath(`${arn.slice(0, -1)}x`)), { name: "ResourceNotFoundException", message: "Durable Execution does not exist" });
    await assert.rejects(async () => call("GET", executionPath("nonsense")), { name: "ValidationException" });
  });

  it("pages through the history in both directions", async () => {
    world.durable("f", async (_input, context) => {
      for (const name of ["a", "b", "c"]) await context.step(name, async () => name);
    });
    const arn = await world.begin("f");
    await world.idle();
    for (const [reverse, expected] of [["false", [1, 2, 3, 4, 5, 6, 7, 8, 9]], ["true", [9, 8, 7, 6, 5, 4, 3, 2, 1]]] as const) {
      const ids: number[] = [];
      for (let marker = ""; ; ) {
        const query = `MaxItems=4&ReverseOrder=${reverse}${marker && `&Marker=${encodeURIComponent(marker)}`}`;
        const { Events, NextMarker } = (await call("GET", executionPath(arn, "/history"), { query })) as unknown as { Events: { EventId: number }[]; NextMarker?: string };
        ids.push(...Events.map(({ EventId }) => EventId));
        if (NextMarker === undefined) break;
        assert.equal(Events.length, 4);
        marker = NextMarker;
      }
      assert.deepEqual(ids, expected);
    }
  });

  it("lists the executions of a function by name, status and time, in pages", async () => {
    world.durable("f", async ({ seconds }: { seconds: number }, context) => context.wait("w", { seconds }));
    world.durable("g", async () => 1);
    await world.begin("g");
    for (const name of ["a", "b", "c", "d"]) {
      await world.begin("f", { seconds: name === "d" ? 800 : 1 }, { name });
      await world.pass(10);
    }
    const list = async (query: string): Promise<{ names: string; next?: string }> => {
      const { DurableExecutions, NextMarker } = (await call("GET", "/2025-12-01/functions/f/durable-executions", { query })) as unknown as {
        DurableExecutions: { DurableExecutionName: string }[];
        NextMarker?: string;
      };
      return { names: DurableExecutions.map(({ DurableExecutionName }) => DurableExecutionName).join(""), next: NextMarker };
    };
    assert.equal((await list("")).names, "dcba");
    assert.equal((await list("ReverseOrder=true")).names, "abcd");
    assert.equal((await list("Statuses=SUCCEEDED")).names, "cba");
    assert.equal((await list("Statuses=RUNNING")).names, "d");
    assert.equal((await list("Statuses=PAUSED")).names, "");
    await assert.rejects(list("Statuses=RUNNING&Statuses=SUCCEEDED"), { name: "InvalidParameterValueException" });
    assert.equal((await list("DurableExecutionName=b")).names, "b");
    assert.equal((await list("Qualifier=1")).names, "dcba");
    const second = new Date(world.clock.now() - 30_000).toISOString();
    assert.equal((await list(`StartedAfter=${second}`)).names, "dc");
    assert.equal((await list(`StartedBefore=${second}`)).names, "a");
    for (const direction of ["false", "true"]) {
      const first = await list(`MaxItems=3&ReverseOrder=${direction}`);
      const rest = await list(`MaxItems=3&ReverseOrder=${direction}&Marker=${encodeURIComponent(first.next!)}`);
      assert.equal(first.names + rest.names, direction === "true" ? "abcd" : "dcba");
      assert.equal(rest.next, undefined);
    }
    assert.deepEqual(parse("GET", "/2025-12-01/functions/f%3Alive/durable-executions").access, [
      { action: "lambda:ListDurableExecutionsByFunction", resource: "arn:aws:lambda:eu-west-1:000000000000:function:f:live" },
    ]);
    assert.throws(() => parse("GET", "/2025-12-01/functions/f/durable-executions", { query: "MaxItems=1001" }), { name: "ValidationException" });
  });

  it("stops, with the body as the error, or without one", async () => {
    const { arn } = await running();
    assert.deepEqual(parse("POST", executionPath(arn, "/stop")).access, [{ action: "lambda:StopDurableExecution", resource: arn }]);
    assert.deepEqual(await call("POST", executionPath(arn, "/stop"), { body: '{"ErrorType":"Operator"}' }), { StopTimestamp: world.clock.now() / 1000 });
    assert.deepEqual(world.get(arn).Error, { ErrorType: "Operator" });
    await call("POST", executionPath(arn, "/stop"));
  });

  it("pauses, resumes and deletes, each with an action of its own", async () => {
    world.durable("f", async (_input, context) => context.wait("w", { seconds: 10 }));
    const arn = await world.begin("f");
    await world.idle();
    const request = async (method: string, suffix: string, body?: string) => {
      const call = parse(method, executionPath(arn, suffix), { body });
      const answer = await call.execute(caller);
      return { access: call.access, status: answer.status, body: JSON.parse(answer.body as string) as unknown };
    };
    const action = (name: string) => [{ action: `lambda:${name}DurableExecution`, resource: arn }];
    assert.deepEqual(await request("POST", "/pause", '{"Reason":"r","ClientToken":"t"}'), { access: action("Pause"), status: 202, body: {} });
    assert.equal(world.get(arn).Status, "PAUSED");
    assert.deepEqual(await request("POST", "/resume"), { access: action("Resume"), status: 202, body: {} });
    await world.pass(10);
    const deleted = await request("DELETE", "");
    assert.deepEqual(deleted, { access: action("Delete"), status: 202, body: { DeletionRequestTimestamp: world.clock.now() / 1000 } });
    for (const body of [{ Reason: "x".repeat(1_025) }, { ClientToken: "with space" }, { ClientToken: "" }]) {
      assert.throws(() => parse("POST", executionPath(arn, "/pause"), { body: JSON.stringify(body) }), { name: "ValidationException" });
    }
    assert.throws(() => parse("POST", executionPath(arn, "/pause"), { body: '{"ExecutionTimeoutPaused":"true"}' }), { name: "SerializationException" });
  });

  it("takes a callback's success without a body as one without a result", async () => {
    world.durable("f", async (_input, context) => context.createCallback("c").then(async ([result]) => result));
    const arn = await world.begin("f");
    await world.idle();
    const { CallbackId } = (world.history(arn)[1] as unknown as { CallbackStartedDetails: { CallbackId: string } }).CallbackStartedDetails;
    await call("POST", `/2025-12-01/durable-execution-callbacks/${encodeURIComponent(CallbackId)}/succeed`);
    await world.idle();
    const { CallbackSucceededDetails } = world.history(arn).find(({ EventType }) => EventType === "CallbackSucceeded") as unknown as { CallbackSucceededDetails: object };
    assert.deepEqual(CallbackSucceededDetails, { Result: undefined });
  });

  it("refuses a marker of the history after 24 hours", async () => {
    world.durable("f", async () => "done", { durable: { executionTimeoutSeconds: 900, retentionDays: 7 } });
    const arn = await world.begin("f");
    await world.idle();
    const { NextMarker } = await call("GET", executionPath(arn, "/history"), { query: "MaxItems=1" });
    const query = new URLSearchParams({ Marker: NextMarker as string }).toString();
    world.clock.advance(24 * 3_600_000);
    assert.equal(((await call("GET", executionPath(arn, "/history"), { query })).Events as unknown[]).length, 2);
    world.clock.advance(1);
    await assert.rejects(async () => call("GET", executionPath(arn, "/history"), { query }), { name: "InvalidParameterValueException" });
  });

  it("takes callbacks raw, and asks for access to the execution that they belong to", async () => {
    world.durable("f", async (_input, context) => {
      const [answer] = await context.createCallback("c", { heartbeatTimeout: { seconds: 60 } });
      return answer;
    });
    const ids: string[] = [];
    const arns: string[] = [];
    for (let index = 0; index < 2; index++) {
      const arn = await world.begin("f");
      await world.idle();
      arns.push(arn);
      ids.push((world.history(arn)[1] as unknown as { CallbackStartedDetails: { CallbackId: string } }).CallbackStartedDetails.CallbackId);
    }
    const path = (index: number, verb: string) => `/2025-12-01/durable-execution-callbacks/${encodeURIComponent(ids[index]!)}/${verb}`;
    assert.match(ids[0]!, /^[A-Za-z0-9+/]+={0,2}$/);
    assert.deepEqual(parse("POST", path(0, "heartbeat")).access, [{ action: "lambda:SendDurableExecutionCallbackHeartbeat", resource: arns[0] }]);
    assert.deepEqual(await call("POST", path(0, "heartbeat")), {});
    assert.deepEqual(await call("POST", path(0, "succeed"), { body: "not JSON, and kept so" }), {});
    assert.deepEqual(await call("POST", path(1, "fail"), { body: '{"ErrorType":"Denied","ErrorMessage":"no"}' }), {});
    await world.idle();
    assert.equal(world.get(arns[0]!).Result, '"not JSON, and kept so"');
    assert.equal(world.get(arns[1]!).Error?.ErrorMessage, "no");
    await assert.rejects(async () => call("POST", path(0, "heartbeat")), { name: "CallbackTimeoutException", status: 400 });
    assert.throws(() => parse("POST", "/2025-12-01/durable-execution-callbacks/AAAA/succeed"), { name: "InvalidParameterValueException", message: "Invalid callback id" });
  });

  it("answers ResourceNotFoundException for a callback of an execution that was deleted or whose retention has ended", async () => {
    world.durable("f", async (_input, context) => (await context.createCallback("c"))[0]);
    for (const gone of ["deleted", "expired"] as const) {
      const arn = await world.begin("f");
      await world.idle();
      const { CallbackId } = (world.history(arn)[1] as unknown as { CallbackStartedDetails: { CallbackId: string } }).CallbackStartedDetails;
      world.engine.stopExecution(arn, {});
      if (gone === "deleted") world.engine.deleteExecution(arn);
      await world.pass(gone === "deleted" ? 2 : 86_400);
      for (const [verb, body] of [["succeed", ""], ["fail", "{}"], ["heartbeat", ""]] as const) {
        const path = `/2025-12-01/durable-execution-callbacks/${encodeURIComponent(CallbackId)}/${verb}`;
        await assert.rejects(async () => call("POST", path, { body }), { name: "ResourceNotFoundException", status: 404 }, `${gone}, ${verb}`);
      }
    }
  });

  it("lets nobody answer a callback with an id that was guessed", async () => {
    world.durable("f", async (_input, context) => (await context.createCallback("c"))[0]);
    const arn = await world.begin("f");
    await world.idle();
    const { CallbackId } = (world.history(arn)[1] as unknown as { CallbackStartedDetails: { CallbackId: string } }).CallbackStartedDetails;
    const [id, operation] = Buffer.from(CallbackId, "base64").toString().split(":");
    const guess = Buffer.from(`${id}:${operation}:${"0".repeat(48)}`).toString("base64");
    assert.throws(() => world.engine.reportCallback(guess, { kind: "succeed", result: "1" }), { message: "Invalid callback id" });
    await world.idle();
    assert.equal(world.get(arn).Status, "RUNNING");
  });
});
