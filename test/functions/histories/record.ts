/** Records every execution anew: `npm run record-histories`, after a change of the operations that is meant. */
import { writeHistory } from "./record-history.ts";
import { SCENARIOS } from "./scenarios.ts";

for (const name of Object.keys(SCENARIOS)) {
  const { outcome, operations } = await writeHistory(name);
  process.stdout.write(`${name}: ${outcome.Status} after ${operations.length} operations\n`);
}
