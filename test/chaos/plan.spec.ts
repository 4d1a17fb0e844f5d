import * as assert from "node:assert/strict";
import { plan, type Action } from "../../chaos/plan.ts";

describe("The plan of a chaos run", () => {
  it("is decided by its seed alone", () => {
    assert.deepEqual(plan(42, 5), plan(42, 5));
    assert.notDeepEqual(plan(42, 5), plan(43, 5));
  });

  it("is the same for its first rounds however many follow, so that a finding can be looked for in fewer", () => {
    assert.deepEqual(plan(42, 5).slice(0, 2), plan(42, 2));
  });

  it("kills each stack in every round, starts every workflow, and uses no key twice", () => {
    const rounds = plan(7, 10);
    for (const round of rounds) {
      const killed = round.flatMap((action) => (action.kind === "kill" && action.victim === "stack" ? [action.site] : []));
      assert.deepEqual([...new Set(killed)].sort(), ["evidence", "workflows"]);
      assert.ok(isInOrder(round));
    }
    const starts = rounds.flat().filter((action) => action.kind === "start");
    assert.equal(new Set(starts.map(({ key }) => key)).size, starts.length);
    assert.equal(new Set(starts.map(({ work }) => work.workflow)).size, 11);
  });
});

function isInOrder(round: readonly Action[]): boolean {
  return round.every((action, index) => index === 0 || (round[index - 1]?.at ?? 0) <= action.at);
}
