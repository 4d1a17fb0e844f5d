import type { Change, ChangeKind } from "../../operator/page/api.ts";
import type { Clock } from "../clock.ts";
import type { ExecutionBrowser } from "../durable/browse.ts";
import type { DurableEngine } from "../durable/engine.ts";
import type { TaskBrowser } from "../ecs/task-browser.ts";
import type { LogStore } from "../logs/log-store.ts";
import type { MessageBrowser } from "../sqs/message-browser.ts";
import type { ReloadState } from "../reload/reload-state.ts";
import type { Store } from "../store/store.ts";

type Listener = (change: Change) => void;

const INTERVAL_MS = 150;

/**
 * Tells open pages what has changed. It follows the engine and looks at the store's own counters, and only while somebody
 * listens, so that the services carry no cost for it.
 */
export class Changes {
  readonly #store: Store;
  readonly #clock: Pick<Clock, "speed">;
  readonly #reload: Readonly<Pick<ReloadState, "count">>;
  readonly #engine: Pick<DurableEngine, "follow">;
  readonly #executions: Pick<ExecutionBrowser, "get">;
  readonly #logs: Pick<LogStore, "follow">;
  readonly #fingerprints: readonly { readonly kind: ChangeKind; readonly take: () => string }[];
  readonly #listeners = new Set<Listener>();
  readonly #seen = new Map<ChangeKind, string>();
  #timer: NodeJS.Timeout | undefined;
  #writes = 0;
  readonly #changed = new Set<number>();
  #speed: number;
  #reloads: number;
  #logged = false;
  #unfollow: readonly (() => void)[] = [];

  constructor(options: {
    store: Store;
    clock: Pick<Clock, "speed">;
    reload: Readonly<Pick<ReloadState, "count">>;
    logs: Pick<LogStore, "follow">;
    engine: Pick<DurableEngine, "follow">;
    executions: Pick<ExecutionBrowser, "get">;
    tasks: Pick<TaskBrowser, "fingerprint">;
    messages: Pick<MessageBrowser, "fingerprint">;
    schedules: () => string;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#speed = options.clock.speed;
    this.#reload = options.reload;
    this.#reloads = options.reload.count;
    this.#engine = options.engine;
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
    for (const unfollow of this.#unfollow) unfollow();
  }

  #begin(): void {
    this.#writes = -1;
    this.#changed.clear();
    this.#look();
    this.#unfollow = [this.#logs.follow(() => (this.#logged = true)), this.#engine.follow((id) => this.#changed.add(id))];
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
    const { count } = this.#reload;
    const kinds: ChangeKind[] = [
      ...(speed === this.#speed ? [] : (["clock"] as const)),
      ...(this.#logged ? (["logs"] as const) : []),
      ...(count === this.#reloads ? [] : (["reload"] as const)),
    ];
    if (writes === this.#writes && kinds.length === 0) return undefined;
    this.#writes = writes;
    this.#speed = speed;
    this.#reloads = count;
    this.#logged = false;
    for (const { kind, take } of this.#fingerprints) {
      const now = take();
      if (this.#seen.get(kind) !== now) kinds.push(kind);
      this.#seen.set(kind, now);
    }
    // One whose retention has ended meanwhile is gone.
    const executionIds = [...this.#changed].flatMap((id) => this.#executions.get(id)?.executionId ?? []);
    this.#changed.clear();
    if (executionIds.length > 0) kinds.push("executions");
    return kinds.length === 0 ? undefined : { kinds, executionIds };
  }
}
