import assert from "node:assert/strict";
import { EagerWait } from "../../../local/lambda/eager-wait.ts";

/** What a turn of the event loop takes here, milliseconds. */
const TURN_MS = 0.1;

describe("Waiting for an answer awake", () => {
  /** @returns for each call how many turns were stayed awake for it, when its answer comes after so many milliseconds */
  function turnsAwake(answers: readonly number[], processors = 2): number[] {
    let now = 0;
    let turns: (() => void)[] = [];
    const wait = new EagerWait({ processors, now: () => now, nextTurn: (run) => void turns.push(run) });
    return answers.map((milliseconds) => {
      const answer = now + milliseconds;
      let awake = 0;
      wait.until(() => now >= answer);
      while (turns.length > 0) {
        const due = turns;
        turns = [];
        awake++;
        now += TURN_MS;
        for (const run of due) run();
      }
      return awake;
    });
  }

  it("lasts until the answer comes, call after call", () => {
    assert.deepEqual(turnsAwake([0.25, 0.25, 0.05]), [3, 3, 1]);
  });

  it("ends after half a millisecond", () => {
    assert.deepEqual(turnsAwake([1_000]), [5]);
  });

  it("is tried again after ever more calls where answers come late", () => {
    const tries = turnsAwake(Array.from({ length: 20 }, () => 1_000)).flatMap((turns, call) => (turns > 0 ? [call] : []));
    assert.deepEqual(tries, [0, 2, 6, 14]);
  });

  it("is not put off for more than 64 calls, however many answers came late", () => {
    const tries = turnsAwake(Array.from({ length: 400 }, () => 1_000)).flatMap((turns, call) => (turns > 0 ? [call] : []));
    assert.equal(tries.at(-1)! - tries.at(-2)!, 65);
  });

  it("is soon usual again when answers come at once", () => {
    const late = Array.from({ length: 7 }, () => 1_000);
    const atOnce = Array.from({ length: 30 }, () => 0.05);
    const tries = turnsAwake([...late, ...atOnce, 1_000, 0.05, 0.05, 0.05]).map((turns) => turns > 0);
    assert.deepEqual(tries.slice(-4), [true, false, true, true]);
  });

  it("is left out on a machine with one processor, where it would hold up the answer", () => {
    assert.deepEqual(turnsAwake([0.05, 0.05, 1_000], 1), [0, 0, 0]);
  });
});
