import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { type History, replay } from "./history.ts";
import { fileOf, writeHistory } from "./record-history.ts";
import { SCENARIOS } from "./scenarios.ts";

/**
 * The recorded execution of a scenario. A new scenario is recorded on its first run, so that a new workflow needs no other step.
 *
 * @throws in CI, where nobody would commit the new file
 */
async function read(name: string): Promise<History> {
  const file = fileOf(name);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text !== undefined) return JSON.parse(text) as History;
  assert.ok(process.env["CI"] === undefined, `${file} is missing: run the specs on your machine, and commit the file that they write`);
  return writeHistory(name);
}

const WHAT_TO_DO = `
The workflow's durable operations are no longer those that were recorded, in their order, name, type or outcome.
Executions in flight are safe from that: they stay on their version. What is not safe stands in docs/changing-workflows.md.
If the change is meant and that page holds no reason against it: npm run record-histories, and have the new files reviewed.
What is different: `;

describe("A workflow goes on where an execution was, whichever operation it had done last:", () => {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    it(name, async () => {
      const differences = await replay(scenario, await read(name));
      assert.ok(differences.length === 0, `${WHAT_TO_DO}${differences.join("; ")}`);
    });
  }

  it("and no recorded execution is left over", async () => {
    const files = (await readdir(import.meta.dirname)).flatMap((file) => (file.endsWith(".json") ? [file.replace(".json", "")] : []));
    assert.deepEqual(files.filter((name) => !(name in SCENARIOS)), []);
  });
});

describe("A replay finds", () => {
  type Operation = History["operations"][number];
  /** What is found when this, and not what the handler does, had been recorded. */
  const found = async (name: string, change: (operations: Operation[]) => Operation[]): Promise<string> => {
    const { operations, outcome } = await read(name);
    return (await replay(SCENARIOS[name]!, { operations: change(structuredClone([...operations])), outcome })).join("; ");
  };
  const changed = (index: number, change: Partial<Operation>) => (operations: Operation[]) => operations.map((operation, at) => (at === index ? { ...operation, ...change } : operation));

  it("an operation with another name", async () => {
    assert.equal(await found("report", changed(0, { Name: "load" })), 'at the start it does "fetch" (STEP Step), where "load" (STEP Step) is recorded');
  });

  it("an operation of another type", async () => {
    assert.equal(
      await found("report", changed(1, { Type: "STEP", SubType: "Step" })),
      'at the start it does "settle" (WAIT Wait), where "settle" (STEP Step) is recorded',
    );
  });

  it("operations in another order", async () => {
    const swapped = await found("dispatch-job", ([first, second, third]) => [{ ...second!, Id: first!.Id }, { ...first!, Id: second!.Id }, third!]);
    assert.equal(swapped, 'at the start it does "record-job" (STEP Step), where "run-task" (STEP Step) is recorded');
  });

  it("an operation that is new, in the middle and at the end", async () => {
    assert.match(await found("report", ([fetch, , process]) => [fetch!, { ...process!, Id: "c81e728d9d4c2f63" }]), /it does "settle" \(WAIT Wait\), where "process" \(STEP Step\) is recorded/);
    assert.match(await found("report", (operations) => operations.slice(0, -2)), /at the end it does "process" \(STEP Step\), where nothing more is recorded/);
  });

  it("an operation that is gone", async () => {
    const more = await found("reminder", (operations) => [...operations, { ...operations[0]!, Id: "c81e728d9d4c2f63", Name: "confirm" }]);
    assert.match(more, /after "deliver" \(STEP Step\) it does not do "confirm" \(STEP Step\), which is recorded next/);
  });

  it("a branch that has become another", async () => {
    assert.match(await found("math", changed(4, { Name: "power" })), /it does "divide" \(CONTEXT ParallelBranch\), where "power"/);
  });

  it("another outcome of the same operations", async () => {
    assert.match(await found("reminder", changed(0, { StepDetails: { Attempt: 1, Result: '{"key":"coffee"}' } })), /it ends as .*coffee.* where .*tea.* is recorded/);
  });
});
