import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../../local/clock.ts";
import type { ScheduleDeclaration } from "../../../local/declarations.ts";
import { AwsError } from "../../../local/errors.ts";
import type { AccessControl, AccessRequest, Principal, ServiceCaller } from "../../../local/iam/access.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { Scheduler, schema } from "../../../local/scheduler/scheduler.ts";
import { Queues, schema as queuesSchema } from "../../../local/sqs/queues.ts";
import { Store } from "../../../local/store/store.ts";
import { identity } from "../iam/fixtures.ts";

export const ROLE_ARN = `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/scheduler`;
export const TARGET_ARN = `arn:aws:lambda:${identity.region}:${LOCAL_ACCOUNT_ID}:function:report:live`;
export const groupArn = (name: string) => `arn:aws:scheduler:${identity.region}:${LOCAL_ACCOUNT_ID}:schedule-group/${name}`;
export const QUEUE_ARN = `arn:aws:sqs:${identity.region}:${LOCAL_ACCOUNT_ID}:dead`;

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  readonly speed = 1;
  readonly #timers = new Set<{ at: number; run: () => void }>();
  #now: number;

  constructor(now: string) {
    this.#now = Date.parse(now);
  }

  now(): number {
    return this.#now;
  }

  scale(milliseconds: number): number {
    return milliseconds;
  }

  at(timestamp: number, run: () => void): () => void {
    const timer = { at: timestamp, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves on, firing what falls due in order of time and letting each turn commit. */
  async moveTo(time: string | number): Promise<void> {
    const end = typeof time === "number" ? time : Date.parse(time);
    await turns();
    for (let next = this.#first(end); next !== undefined; next = this.#first(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await turns();
    }
    this.#now = end;
  }

  /** The machine sleeps: time passes, nothing fires. */
  sleepUntil(time: string): void {
    this.#now = Date.parse(time);
  }

  #first(end: number) {
    return [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

/** IAM that allows everything but what a test denies, and keeps what it was asked. */
class FakeIam implements AccessControl {
  readonly assumed: ServiceCaller[] = [];
  readonly asked: (AccessRequest & { principal: string })[] = [];
  denied: string[] = [];

  authorize(principal: Principal, request: AccessRequest): void {
    this.asked.push({ ...request, principal: principal.arn });
    if (this.denied.includes(request.action)) throw new AwsError("AccessDeniedException", `${principal.arn} may not ${request.action}`, 403);
  }
  assumeRole(roleArn: string, caller: ServiceCaller, sessionName: string): Principal {
    this.assumed.push(caller);
    if (this.denied.includes("sts:AssumeRole")) throw new AwsError("AccessDeniedException", "not trusted", 403);
    return { kind: "assumed-role", arn: `${roleArn}/${sessionName}`, roleArn, accountId: LOCAL_ACCOUNT_ID };
  }
  authorizeService(): never {
    throw new Error("Scheduler never acts by itself.");
  }
  issueCredentials(): never {
    throw new Error("Scheduler never runs processes.");
  }
  revokeCredentials(): void {
    throw new Error("Scheduler never runs processes.");
  }
}

export interface Start {
  readonly functionArn: string;
  readonly payload: string;
}

/** A Scheduler with its clock and its world; `restart` and `kill` make a new one on the same store file. */
export class World {
  readonly clock: FakeClock;
  readonly iam = new FakeIam();
  readonly #file: string;
  /** When set, starting a target fails with it. */
  failure: AwsError | undefined;
  store!: Store;
  queues!: Queues;
  scheduler!: Scheduler;

  constructor(now: string, file = ":memory:") {
    this.clock = new FakeClock(now);
    this.#file = file;
    this.#open();
  }

  /** What was started, as it is in the store: what a transaction undid is not there. */
  get starts(): Start[] {
    return this.store.prepare("SELECT function_arn AS functionArn, payload FROM starts ORDER BY rowid").all() as unknown as Start[];
  }

  /** Scheduled times of what was started, when inputs carry them. */
  get firedAt(): string[] {
    return this.starts.map(({ payload }) => (JSON.parse(payload) as { time: string }).time);
  }

  get deadLetters(): { body: string; attributes: Record<string, string> }[] {
    const rows = this.store.prepare("SELECT body, attributes FROM sqs_messages ORDER BY sequence").all() as { body: string; attributes: string }[];
    return rows.map(({ body, attributes }) => {
      const parsed = JSON.parse(attributes) as Record<string, { StringValue: string }>;
      return { body, attributes: Object.fromEntries(Object.entries(parsed).map(([name, { StringValue }]) => [name, StringValue])) };
    });
  }

  /** Stops, and starts again on the same file; the caller starts the scheduler. */
  restart(): void {
    this.close();
    this.#open();
  }

  close(): void {
    this.scheduler.stop();
    this.queues.stop();
    this.store.close();
  }

  #open(): void {
    this.store = Store.open({
      file: this.#file,
      schemas: [schema, queuesSchema, "CREATE TABLE IF NOT EXISTS starts (function_arn TEXT, payload TEXT)"],
    });
    const { store, clock, iam } = this;
    this.queues = new Queues({ store, clock, identity, endpoint: () => "http://127.0.0.1:1" });
    this.queues.apply({ queues: [{ arn: QUEUE_ARN, name: "dead", messageRetentionSeconds: 1_209_600 }] });
    const invoker = {
      invokeAsync: (functionArn: string, payload: string) => {
        store.run("INSERT INTO starts VALUES (?, ?)", functionArn, payload);
        if (this.failure !== undefined) throw this.failure;
        return {};
      },
    };
    this.scheduler = new Scheduler({ store, clock, identity, iam, invoker, queues: this.queues });
  }
}

/** Where the clock of every world begins. */
export const START = "2026-01-01T00:00:00Z";

/**
 * Closes what the surrounding tests open after each of them.
 *
 * @returns makes a world whose scheduler has started; in memory, or on a file of that name when the test restarts it
 */
export function openWorlds(): (fileName?: string) => World {
  const worlds: World[] = [];
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "scheduler-"));
  });
  afterEach(() => {
    for (const world of worlds.splice(0)) world.close();
  });
  after(() => rmSync(folder, { recursive: true }));
  return (fileName) => {
    const world = new World(START, fileName === undefined ? undefined : join(folder, fileName));
    worlds.push(world);
    world.scheduler.start();
    return world;
  };
}

type Overrides = Partial<Omit<ScheduleDeclaration, "target">> & { target?: Partial<ScheduleDeclaration["target"]> };

/** A one-time or recurring schedule whose input tells its scheduled time. */
export function schedule(name: string, scheduleExpression: string, overrides: Overrides = {}): ScheduleDeclaration {
  const groupName = overrides.groupName ?? "default";
  return {
    arn: `arn:aws:scheduler:${identity.region}:${LOCAL_ACCOUNT_ID}:schedule/${groupName}/${name}`,
    name,
    groupName,
    scheduleExpression,
    scheduleExpressionTimezone: "UTC",
    state: "ENABLED",
    actionAfterCompletion: "NONE",
    flexibleTimeWindow: { mode: "OFF" },
    ...overrides,
    target: {
      arn: TARGET_ARN,
      roleArn: ROLE_ARN,
      input: '{"time":"<aws.scheduler.scheduled-time>"}',
      retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 2 },
      deadLetterQueueArn: QUEUE_ARN,
      ...overrides.target,
    },
  };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
}
