import assert from "node:assert/strict";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createClock } from "../../../local/clock.ts";
import { Inspection } from "../../../local/inspect/inspection.ts";
import type { FunctionVersion } from "../../../local/lambda/function-version.ts";
import type { EnvironmentPool } from "../../../local/lambda/pool.ts";
import { PausableTime } from "../../../local/pausable-time.ts";
import type { RegisteredResource } from "../../../local/program/resource.ts";
import { until } from "../../../operator/follow.ts";
import { eachChannel } from "../lambda/pools.ts";
import { DebuggerClient } from "./debugger-client.ts";

const HELD = "export const handler = async () => { debugger; return process.pid; };";
/** Longer than the functions' time-out of 1 s. */
const HELD_MS = 2_500;

eachChannel("An inspected function", (used) => {
  let time: PausableTime;
  let inspection: Inspection;
  let pool: EnvironmentPool;
  let version: FunctionVersion;

  async function open(names: readonly string[]): Promise<void> {
    // The cast: a resource has more, which is of no interest here.
    const resource = { type: "aws:lambda/function:Function", name: "held", outputs: { name: version.functionName } } as unknown as RegisteredResource;
    await inspection.open({ names, firstPort: 0 }, [resource], () => time.hold());
  }
  const port = () => inspection.ports[0]!;

  beforeEach(() => {
    time = new PausableTime();
    inspection = new Inspection(used.code.root);
    pool = used.createPool({ clock: createClock(1, time), inspection });
    version = used.nodeFunction(HELD, { timeoutSeconds: 1 });
  });
  afterEach(() => inspection.close());

  it("does not time out while it is held, and goes on when its debugger is gone", async () => {
    await open([]);
    const client = await DebuggerClient.attach(port());
    const outcome = pool.invoke(version, "{}", "r1");
    await client.stopAtStatement();
    assert.equal(time.held, true);
    await sleep(HELD_MS);
    client[Symbol.dispose]();
    assert.equal((await outcome).kind, "response");
    await until("time goes on", 10_000, async () => !time.held || undefined);
  });

  it("times out as ever when it is not held", async () => {
    version = used.nodeFunction("export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));", { timeoutSeconds: 1 });
    await open(["held"]);
    const outcome = await pool.invoke(version, "{}", "r1");
    assert.ok(outcome.kind === "error");
    assert.equal(outcome.errorType, "Sandbox.Timedout");
  });

  it("runs in one environment, whatever waits, and without a debugger stops nowhere", async () => {
    await open([]);
    const outcomes = await Promise.all(["r1", "r2", "r3"].map((id) => pool.invoke(version, "{}", id)));
    assert.equal(new Set(outcomes.map((outcome) => outcome.kind === "response" && outcome.payload)).size, 1);
    assert.equal(outcomes[0]?.kind, "response");
  });

  it("is refused by a name that the program does not have", async () => {
    await assert.rejects(open(["other"]), { name: "UserError", message: "--inspect: the program has no function or job other. It has: held." });
  });

  it("tells its address to no web page whose name leads to this machine", async () => {
    await open([]);
    const status = (host: string) => new Promise((resolve) => get({ port: port().port, path: "/json/list", headers: { host } }, (response) => resolve(response.resume().statusCode)));
    assert.deepEqual(await Promise.all(["page.example", `127.0.0.1:${port().port}`].map(status)), [400, 200]);
  });
});
