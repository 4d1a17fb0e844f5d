import type { Cancel, TimeSources } from "./clock.ts";

/** How often timers check for the end of a hold. */
export const HELD_CHECK_MS = 250;

/** This machine's time, which stands still while anything holds it, and is behind by the sum of the holds afterwards. */
export class PausableTime implements TimeSources {
  readonly #sources: TimeSources;
  #holds = 0;
  /** Readings of the sources when the hold began. */
  #since = { wall: 0, steady: 0 };
  #behind = { wall: 0, steady: 0 };

  constructor(sources: TimeSources = { wall: Date.now, steady: () => performance.now() }) {
    this.#sources = sources;
  }

  get held(): boolean {
    return this.#holds > 0;
  }

  readonly wall = (): number => (this.held ? this.#since.wall : this.#sources.wall()) - this.#behind.wall;

  readonly steady = (): number => (this.held ? this.#since.steady : this.#sources.steady()) - this.#behind.steady;

  /** Stops time until every hold is released. @returns releases this one */
  hold(): Cancel {
    if (this.#holds++ === 0) this.#since = { wall: this.#sources.wall(), steady: this.#sources.steady() };
    let released = false;
    return () => {
      if (released) return;
      released = true;
      if (--this.#holds > 0) return;
      this.#behind.wall += this.#sources.wall() - this.#since.wall;
      this.#behind.steady += this.#sources.steady() - this.#since.steady;
    };
  }
}
