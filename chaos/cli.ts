import { Command } from "commander";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wholeNumber } from "../operator/options.ts";
import { auditTable, verdict } from "./print.ts";
import { runChaos } from "./run.ts";

const command = new Command("npm run chaos --")
  .description(
    "Runs all workflows on local stacks of its own while it kills stacks, functions and tasks (-9) at random moments, and audits what is left: zero findings are expected, and only then is the exit code 0.",
  )
  .option("--seed <number>", "what decides load and kills (default: random, printed)", wholeNumber(0, 2 ** 32 - 1))
  .option("--rounds <number>", "rounds of about 12 seconds, each with one kill of each stack or more", wholeNumber(1, 1000), 3)
  .option("--json", "the result as JSON")
  .addHelpText(
    "after",
    "\nThe seed decides what is started and killed, and when. What the processes have reached at that moment is up to the machine,\nso a run that has found something may need a few repeats to find it again.",
  )
  .parse();

const { seed = randomInt(2 ** 32), rounds, json } = command.opts<{ seed?: number; rounds: number; json?: boolean }>();
const folder = mkdtempSync(join(tmpdir(), "chaos-"));
const report = (line: string) => process.stderr.write(`${line}\n`);
report(`Seed ${seed}; data in ${folder}`);
try {
  const result = await runChaos({ seed, rounds, folder, report });
  process.stdout.write(json === true ? `${JSON.stringify(result, null, 2)}\n` : `\n${auditTable(result)}\n${verdict(result)}`);
  const clean = result.findings.length === 0 && result.refused.length === 0;
  process.exitCode = clean ? 0 : 1;
  if (clean) rmSync(folder, { recursive: true });
  else report(`The data stays in ${folder}.`);
} catch (error) {
  report(`${(error as Error).message}\nThe data stays in ${folder}.`);
  process.exitCode = 1;
}
