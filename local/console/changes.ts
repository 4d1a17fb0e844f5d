import type { Change, ChangeKind } from "../../console/api.ts";
import type { Clock } from "../clock.ts";
import type { ExecutionBrowser } from "../durable/browse.ts";
import type { TaskBrowser } from "../ecs/task-browser.ts";
import type { LogStore } from "../logs/log-store.ts";
import type { MessageBrowser } from "../sqs/message-browser.ts";
import type { Store } from "../store/store.ts";

type Listener = (change: Change) => void;

const INTERVAL_MS = 150;

/**
 * Tells open pages what has changed. It looks at the store's own counters, and only while somebody listens, so the
 * services carry no cost and no code for it.
 */
export class Changes {
  readonly #store: Store;
  readonly #clock: Pick<Clock, "speed">;
  readonly #executions: ExecutionBrowser;
  readonly #logs: Pick<LogStore, "follow">;
  readonly #fingerprints: readonly { readonly kind: ChangeKind; readonly take: () => string }[];
  readonly #listeners = new Set<Listener>();
  readonly #seen = new Map<ChangeKind, string>();
  #timer: NodeJS.Timeout | undefined;
  #writes = 0;
  #entry = 0;
  #speed: number;
  #logged = false;
  #unfollowLogs: () => void = () => undefined;

  constructor(options: {
    store: Store;
    clock: Pick<Clock, "speed">;
    logs: Pick<LogStore, "follow">;
    executions: ExecutionBrowser;
    tasks: Pick<TaskBrowser, "fingerprint">;
    messages: Pick<MessageBrowser, "fingerprint">;
    schedules: () => string;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#speed = options.clock.speed;
    this.#executions = options.executions;
    this.#logs = options.logs;
    this.#fingerprints = [
      { kind: "tasks", take: () => options.tasks.fingerprint() },
      { kind: "schedules", take: options.schedules },
      { kind: "deadLetters", take: () => options.messages.fingerprint() },
    ];
  }

  /** @returns what ends it */
  listen(listener: Listener): () => void {
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#unfollowLogs();
  }

  #begin(): void {
    this.#entry = this.#executions.lastEntry();
    this.#writes = -1;
    this.#look();
    this.#unfollowLogs = this.#logs.follow(() => (this.#logged = true));
    this.#timer = setInterval(() => void this.#tell(), INTERVAL_MS).unref();
  }

  async #tell(): Promise<void> {
    const change = this.#look();
    if (change === undefined) return;
    // What another timer wrote a moment ago is told of when it is on disk.
    await this.#store.committed().catch(() => undefined);
    for (const listener of this.#listeners) listener(change);
  }

  #look(): Change | undefined {
    const writes = Number(this.#store.prepare("SELECT total_changes() AS count").get()?.count);
    const { speed } = this.#clock;
    if (writes === this.#writes && speed === this.#speed && !this.#logged) return undefined;
    const kinds: ChangeKind[] = [...(speed === this.#speed ? [] : (["clock"] as const)), ...(this.#logged ? (["logs"] as const) : [])];
    this.#writes = writes;
    this.#speed = speed;
    this.#logged = false;
    for (const { kind, take } of this.#fingerprints) {
      const now = take();
      if (this.#seen.get(kind) !== now) kinds.push(kind);
      this.#seen.set(kind, now);
    }
    const entry = this.#executions.lastEntry();
    const executionIds = entry === this.#entry ? [] : this.#executions.changedSince(this.#entry);
    this.#entry = entry;
    if (executionIds.length > 0) kinds.push("executions");
    return kinds.length === 0 ? undefined : { kinds, executionIds };
  }
}
