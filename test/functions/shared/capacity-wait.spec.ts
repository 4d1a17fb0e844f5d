import fc from "fast-check";
import assert from "node:assert/strict";
import { mostTries, type Refusal, refuse, SHORTEST_PAUSE_SECONDS } from "../../../functions/shared/capacity-wait.ts";

const HOURS = 3600;

/** Refuses every try of an execution until it may wait no longer. @param late seconds by which each next try comes late */
function refusals(limitSeconds: number, random: () => number, late: () => number = () => 0): Refusal[] {
  const all: Refusal[] = [];
  for (let now = 0; ; ) {
    const next = refuse("RESOURCE:CPU", { last: all.at(-1), now, random: random(), limitSeconds });
    if (next === undefined) return all;
    all.push(next);
    now += (next.pauseSeconds + late()) * 1000;
  }
}

describe("The wait for capacity", () => {
  it("pauses for five to ten seconds at first, and for five to ten minutes in the end", () => {
    const shortest = refusals(6 * HOURS, () => 0).map(({ pauseSeconds }) => pauseSeconds);
    const longest = refusals(6 * HOURS, () => 1).map(({ pauseSeconds }) => pauseSeconds);
    assert.deepEqual(shortest.slice(0, 8), [5, 10, 20, 40, 80, 160, 300, 300]);
    assert.deepEqual(longest.slice(0, 8), [10, 20, 40, 80, 160, 320, 600, 600]);
  });

  it("ends at the first refusal if the setting is 0", () => {
    assert.deepEqual(refusals(0, () => 0.5), []);
  });

  it("lasts as long as the setting allows, in no more tries than are counted for it, whatever the jitter", () => {
    const jitters = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), jitters, (limit, jitter) => {
        let draw = 0;
        const all = refusals(limit, () => jitter[draw++ % jitter.length]!);
        const waited = all.reduce((sum, { pauseSeconds }) => sum + pauseSeconds, 0);
        assert.ok(waited >= limit && waited < limit + SHORTEST_PAUSE_SECONDS, `${waited} s of ${limit} s`);
        // The last try is the one that fails the execution.
        assert.ok(all.length + 1 <= mostTries(limit), `${all.length + 1} tries of ${mostTries(limit)}`);
        assert.ok(all.every(({ pauseSeconds }) => Number.isInteger(pauseSeconds) && pauseSeconds >= SHORTEST_PAUSE_SECONDS));
      }),
    );
  });

  it("counts the time that an execution was paused or invoked late, and tries once more", () => {
    const all = refusals(HOURS, () => 0.5, () => HOURS);
    assert.equal(all.length, 1);
  });
});
