import type { Choices } from "./handler-process.ts";

/** What may be lost in a run: a process around a checkpoint or after a call, or the answer of an invocation. */
export type CrashPoint =
  /** `taken` of the checkpoint's updates were recorded before the process died. */
  | { readonly kind: "checkpoint"; readonly number: number; readonly taken: number }
  | { readonly kind: "call"; readonly number: number }
  | { readonly kind: "answer"; readonly number: number };

/** Decides what happens in a run. */
export interface Plan extends Choices {
  /** In words, for messages. */
  readonly title: string;
  /** @returns how many of the checkpoint's updates are recorded before the process dies; undefined when it lives */
  diesInCheckpoint(number: number, updates: number): number | undefined;
  diesAfterCall(number: number): boolean;
  losesAnswer(number: number): boolean;
}

/** Nothing is lost, and everything happens in the order in which it began. */
export const UNDISTURBED: Plan = {
  title: "no crash",
  disturbed: false,
  choose: () => 0,
  random: () => 0,
  diesInCheckpoint: () => undefined,
  diesAfterCall: () => false,
  losesAnswer: () => false,
};

/** One crash in a run that is otherwise undisturbed up to there. */
export class OneCrash implements Plan {
  readonly title: string;
  readonly random: () => number;
  readonly #point: CrashPoint;
  #crashed = false;

  constructor(point: CrashPoint, title: string, random: () => number) {
    this.#point = point;
    this.title = title;
    this.random = random;
  }

  get disturbed(): boolean {
    return this.#crashed;
  }

  choose(): number {
    return 0;
  }

  diesInCheckpoint(number: number): number | undefined {
    return this.#is("checkpoint", number) && this.#point.kind === "checkpoint" ? this.#point.taken : undefined;
  }

  diesAfterCall(number: number): boolean {
    return this.#is("call", number);
  }

  losesAnswer(number: number): boolean {
    return this.#is("answer", number);
  }

  #is(kind: CrashPoint["kind"], number: number): boolean {
    if (this.#crashed || this.#point.kind !== kind || this.#point.number !== number) return false;
    this.#crashed = true;
    return true;
  }
}

/** One order of what runs at the same time. The answer of each invocation is lost once, so that each is replayed. */
export class OneOrder implements Plan {
  readonly title: string;
  readonly disturbed = true;
  readonly random: () => number;
  /** The choices that were made, and among how many. */
  readonly made: { readonly choice: number; readonly options: number }[] = [];
  readonly #crashes: number;
  readonly #pick: (position: number, options: number) => number;
  #lastLost = -1;

  /**
   * @param pick makes the choice at a position
   * @param crashes from 0 to 1: how many of the checkpoints kill the process
   */
  constructor(title: string, random: () => number, pick: (position: number, options: number) => number, crashes = 0) {
    this.title = title;
    this.random = random;
    this.#pick = pick;
    this.#crashes = crashes;
  }

  choose(options: number): number {
    if (options < 2) return 0;
    const choice = Math.min(this.#pick(this.made.length, options), options - 1);
    this.made.push({ choice, options });
    return choice;
  }

  diesInCheckpoint(_number: number, updates: number): number | undefined {
    return this.#crashes > 0 && this.random() < this.#crashes ? Math.floor(this.random() * (updates + 1)) : undefined;
  }

  diesAfterCall(): boolean {
    return this.#crashes > 0 && this.random() < this.#crashes;
  }

  losesAnswer(number: number): boolean {
    if (this.#lastLost === number - 1) return false;
    this.#lastLost = number;
    return true;
  }
}
