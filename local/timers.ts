import TinyQueue from "tinyqueue";
import type { Cancel, Clock } from "./clock.ts";
import { contain } from "./contain.ts";

interface Timer<K> {
  readonly key: K;
  readonly due: number;
}

/**
 * Many timers on one Node timer: setting one costs a heap insertion and a few dozen bytes, so tens of thousands of
 * executions can wait at once. A key has one timer; setting it again moves it.
 */
export class TimerQueue<K> {
  readonly #clock: Clock;
  readonly #onDue: (key: K) => void;
  #heap = new TinyQueue<Timer<K>>([], byDue);
  readonly #current = new Map<K, Timer<K>>();
  #armedFor = Infinity;
  #cancel: Cancel | undefined;

  constructor(clock: Clock, onDue: (key: K) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#current.size;
  }

  /** @param due epoch milliseconds; a past moment fires on the next turn */
  set(key: K, due: number): void {
    const timer = { key, due };
    this.#current.set(key, timer);
    this.#heap.push(timer);
    this.#compact();
    this.#arm();
  }

  delete(key: K): void {
    this.#current.delete(key);
  }

  /** Forgets every timer: for shutting down. */
  clear(): void {
    this.#current.clear();
    this.#cancel?.();
    this.#armedFor = Infinity;
  }

  #arm(): void {
    this.#dropStale();
    const next = this.#heap.peek();
    if (next === undefined || next.due >= this.#armedFor) return;
    this.#cancel?.();
    this.#armedFor = next.due;
    this.#cancel = this.#clock.at(next.due, () => this.#fire());
  }

  #fire(): void {
    this.#armedFor = Infinity;
    const now = this.#clock.now();
    for (let next = this.#heap.peek(); next !== undefined && next.due <= now; next = this.#heap.peek()) {
      this.#heap.pop();
      if (this.#current.get(next.key) !== next) continue;
      this.#current.delete(next.key);
      contain("A timer", () => this.#onDue(next.key));
    }
    this.#arm();
  }

  /** Far timers that are always deleted before their time, such as time-outs, would fill the heap without ever surfacing. */
  #compact(): void {
    if (this.#heap.length < 1024 || this.#heap.length < 2 * this.#current.size) return;
    this.#heap = new TinyQueue([...this.#current.values()], byDue);
  }

  /** Moved and deleted timers stay in the heap until they surface. */
  #dropStale(): void {
    for (let next = this.#heap.peek(); next !== undefined && this.#current.get(next.key) !== next; next = this.#heap.peek()) {
      this.#heap.pop();
    }
  }
}

function byDue(a: { readonly due: number }, b: { readonly due: number }): number {
  return a.due - b.due;
}
