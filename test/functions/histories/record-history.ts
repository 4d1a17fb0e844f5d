import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type History, record } from "./history.ts";
import { SCENARIOS } from "./scenarios.ts";

/** Where the execution of a scenario is recorded. */
export function fileOf(name: string): string {
  return join(import.meta.dirname, `${name}.json`);
}

/** Records the execution of a scenario, whatever was recorded before. */
export async function writeHistory(name: string): Promise<History> {
  const scenario = SCENARIOS[name];
  assert.ok(scenario, name);
  const history = await record(scenario);
  await writeFile(fileOf(name), `${JSON.stringify(history, undefined, 2)}\n`);
  return history;
}
