import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createClock } from "../../../local/clock.ts";
import type { FunctionVersion, InvocationOutcome } from "../../../local/lambda/function-version.ts";
import { EnvironmentPool, type EnvironmentPoolOptions } from "../../../local/lambda/pool.ts";
import { CodeFolders, FakeAccess, FakeLogs, functionVersion, identity, unusedStateDoor } from "./support.ts";

const CHANNELS = ["fast channel", "HTTP Runtime API"] as const;

/** What a test of pools works with; access and logs are new for each test. */
export class UsedPools {
  readonly channel: (typeof CHANNELS)[number];
  code!: CodeFolders;
  iam = new FakeAccess();
  logs = new FakeLogs();
  readonly #pools: EnvironmentPool[] = [];

  constructor(channel: (typeof CHANNELS)[number]) {
    this.channel = channel;
  }

  createPool(options: Partial<Pick<EnvironmentPoolOptions, "clock" | "environmentsPerVersion" | "environments" | "spareTime" | "inspection">> = {}): EnvironmentPool {
    const pool = new EnvironmentPool({
      clock: createClock(),
      identity,
      iam: this.iam,
      logs: this.logs,
      endpoint: () => "http://127.0.0.1:4566",
      compileCacheFolder: join(this.code.root, "cache"),
      stateDoor: this.channel === "fast channel" ? unusedStateDoor(this.iam) : undefined,
      ...options,
    });
    this.#pools.push(pool);
    return pool;
  }

  nodeFunction(source: string, parts: Partial<FunctionVersion> = {}): FunctionVersion {
    return functionVersion({ codeFolder: this.code.write({ "index.mjs": source }), ...parts });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#pools.splice(0).map((pool) => pool.stop()));
    this.iam = new FakeAccess();
    this.logs = new FakeLogs();
  }
}

/** A suite for each of the ways in which Node functions are spoken to. */
export function eachChannel(what: string, tests: (used: UsedPools) => void): void {
  for (const channel of CHANNELS) {
    describe(`${what}, Node over the ${channel}`, () => {
      const used = new UsedPools(channel);
      before(() => (used.code = new CodeFolders()));
      after(() => used.code.remove());
      afterEach(() => used.stop());
      tests(used);
    });
  }
}

/** What a handler has returned. */
export function json(outcome: InvocationOutcome): unknown {
  assert.equal(outcome.kind, "response", JSON.stringify(outcome));
  return JSON.parse((outcome as { payload: string }).payload);
}

/** The number that a handler has logged. */
export function logged(logs: FakeLogs, requestId: string): number | undefined {
  const line = logs.messages.find((message) => message.includes(`"requestId":"${requestId}"`));
  return line === undefined ? undefined : Number((JSON.parse(line) as { message: unknown }).message);
}

/** Whether a process has ended; one that nobody has buried yet has. */
export function isGone(pid: number): boolean {
  try {
    const state = execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return state === "" || state.startsWith("Z");
  } catch {
    return true;
  }
}
