import { Command } from "commander";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, platform, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Engine } from "./engines/engine.ts";
import { localRunnerEngine } from "./engines/local-runner.ts";
import { localStackEngine } from "./engines/local-stack.ts";
import { restateEngine } from "./engines/restate.ts";
import type { Section } from "./report/section.ts";
import { sectionText } from "./report/text.ts";
import { loadSection, longSection } from "./sections/engines.ts";
import { functionsSection } from "./sections/functions.ts";
import { measureEngine, type EngineFigures } from "./sections/measure-engine.ts";
import { FULL, QUICK, type BenchOptions } from "./sections/options.ts";
import { reloadSection } from "./sections/reload.ts";
import { startUpSection } from "./sections/start-up.ts";
import { pollingSection, workflowsSection } from "./sections/workflows.ts";
import { BenchStack } from "./stack/bench-stack.ts";

const PROJECT = resolve(import.meta.dirname, "..");

const { quick, json } = new Command("npm run bench --")
  .description(
    "Measures what the workflows cost and how fast the local engine is, beside LocalDurableTestRunner and Restate, all in one run. " +
      "Writes bench/results.json. Installs Restate below bench/ from npm; without it the rest is measured.",
  )
  .option("--quick", "shorter loads and fewer of them: about two minutes instead of eight; too short for figures to quote")
  .option("--json", "print the results as JSON instead of tables")
  .parse()
  .opts<{ quick?: boolean; json?: boolean }>();

const options: BenchOptions = { ...(quick === true ? QUICK : FULL), progress: (line) => void process.stderr.write(`… ${line}\n`) };
const sections: Section[] = [];

function add(section: Section): void {
  sections.push(section);
  if (json !== true) process.stdout.write(`${sectionText(section)}\n`);
}

await onStack({ projectFolder: PROJECT, stack: "dev" }, async (stack) => {
  options.progress("the program's workflows");
  add(await workflowsSection(stack));
  add(await functionsSection(stack, PROJECT));
});
add(pollingSection());
add(await startUpSection(options));
add(await reloadSection(PROJECT, options));

const figures: EngineFigures[] = [];
const notes = [
  "The load client is a process of its own on the same cores. Requests to the local stack are signed with SigV4, once a second for equal requests; the stack checks each.",
  "The local stack has history, IAM, child-process handlers and synchronous=FULL on. LocalDurableTestRunner is in memory, in one process and without HTTP. Restate is built for clusters.",
];
await onStack({}, async (stack) => void figures.push(await measureEngine(localStackEngine(stack), options, "all")));
await onEngine("LocalDurableTestRunner", async () => localRunnerEngine());
await onEngine("Restate", restateEngine);
add(loadSection(figures, notes));
add(longSection(figures));

const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), platform: platform(), arch: arch(), node: process.version };
const results = { measuredAt: new Date().toISOString(), quick: quick === true, machine, sections, engines: figures };
await writeFile(join(import.meta.dirname, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
if (json === true) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
else process.stdout.write(`\n${machine.cores} cores (${machine.cpu ?? "?"}), Node ${machine.node}. Written to bench/results.json.\n`);
process.exit(0);

async function onStack(request: { projectFolder?: string; stack?: string }, measure: (stack: BenchStack) => Promise<void>): Promise<void> {
  const dataFolder = await mkdtemp(join(tmpdir(), "bench-"));
  const stack = await BenchStack.start({ ...request, dataFolder });
  try {
    await measure(stack);
  } finally {
    await stack.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** A peer that cannot run is named, and the rest goes on. */
async function onEngine(name: string, start: () => Promise<Engine>): Promise<void> {
  let engine: Engine | undefined;
  try {
    engine = await start();
    figures.push(await measureEngine(engine, options, "1,000 only"));
  } catch (error) {
    notes.push(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await engine?.stop();
  }
}
