/** Records every execution anew: `npm run record-histories`, after a change of the operations that is meant. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { record } from "./history.ts";
import { SCENARIOS } from "./scenarios.ts";

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  const history = await record(scenario);
  await writeFile(join(import.meta.dirname, `${name}.json`), `${JSON.stringify(history, undefined, 2)}\n`);
  process.stdout.write(`${name}: ${history.outcome.Status} after ${history.operations.length} operations\n`);
}
