import { Command } from "commander";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dataFolderOf } from "../../operator/local-outputs.ts";
import { speedFactor, wholeNumber } from "../../operator/options.ts";
import { UserError } from "../errors.ts";
import { FIRST_INSPECT_PORT } from "../inspect/inspection.ts";
import { startStack, type RunningStack } from "../stack.ts";
import { emptyDataFolder } from "../store/data-folder.ts";
import { DEMO_FILE, type DemoResult, loadDemo, runDemo } from "./demo-run.ts";
import { aborted, EXIT_CODES, listenForInterruption } from "./interruption.ts";
import { withProgress } from "./progress.ts";
import { activityLine, demoTable, outputsHint, reloadText, startedLines } from "./print.ts";

const DEFAULT_PORT = 4570;
/** File in the data folder, there once it has had a demo run. */
const DEMO_MARK = "demo-run";

interface StartOptions {
  program?: string;
  stack: string;
  port: number;
  data?: string;
  fresh?: boolean;
  speed: number;
  exit?: boolean;
  watch: boolean;
  tour?: boolean;
  invocationAttempts?: number;
  /** `true` without names. */
  inspect?: readonly string[] | true;
}

const command = new Command("npm start --")
  .description("Runs the Pulumi program whole on this machine: evaluates it, starts its functions, tasks and schedules, and makes its demo run.")
  .option("--program <folder>", "run another Pulumi TypeScript program (local/README.md says what is supported)")
  .option("--stack <name>", "Pulumi stack whose settings are used (Pulumi.<name>.yaml)", "dev")
  .option("--port <number>", "port of the endpoint on 127.0.0.1; 0 for any free port", wholeNumber(0, 65_535), DEFAULT_PORT)
  .option("--data <folder>", "data folder (default: .local/<stack> of the program)")
  .option("--fresh", "delete the data folder's content first")
  .option("--speed <factor>", "how many seconds of waits, retries and time-outs pass in one real second", speedFactor, 1)
  .option("--invocation-attempts <number>", "consecutive failed invocations that fail a durable execution (default: no limit)", wholeNumber(1, 1_000))
  .option("--no-watch", "do not put saved changes of the program into effect")
  .option("--tour", "make the demo run, also on a data folder that has had one")
  .option("--no-tour", "make no demo run")
  .option("--inspect [names...]", `functions and jobs to debug, or every function: ports from ${FIRST_INSPECT_PORT} on 127.0.0.1 (docs/debugging.md)`)
  .option("--exit", "end after the demo run, with exit code 0 only if every workflow did what it should")
  .addHelpText("after", "\nExamples:\n  npm start\n  npm start -- --exit --port 0\n  npm start -- --stack staging --fresh\n  npm start -- --program ../elsewhere\n\nExit codes: 0 stopped while it was up, or after a sound demo run; 1 something was wrong; 130 (Ctrl-C) or 143 (SIGTERM) interrupted before.")
  .parse();

const interruption = listenForInterruption();
try {
  // At once: a demo run that was interrupted still has requests under way.
  process.exit(await start(command.opts<StartOptions>()));
} catch (error) {
  process.stderr.write(`${error instanceof UserError ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
}

async function start(options: StartOptions): Promise<number> {
  const dataFolder = resolve(dataFolderOf(options));
  if (options.fresh === true) await emptyDataFolder(dataFolder);
  const interrupted = aborted(interruption);
  const activity = { shown: false };
  const running = await bringUp(dataFolder, options, activity);
  if (running === undefined) return EXIT_CODES[await interrupted];

  const results = wantsDemo(options, dataFolder) ? await Promise.race([demonstrate(dataFolder, running, options), interrupted]) : [];
  if (typeof results === "string") {
    await stop(running);
    return EXIT_CODES[results];
  }
  if (options.exit === true) {
    await running.stop();
    return results.every(({ passed }) => passed) ? 0 : 1;
  }
  process.stdout.write(outputsHint(dataFolder, running, stackOptions(options)));
  activity.shown = true;
  await interrupted;
  activity.shown = false;
  await stop(running);
  return 0;
}

/** Without a wish, a data folder gets one demo run. */
function wantsDemo({ tour, exit }: StartOptions, dataFolder: string): boolean {
  return tour ?? (exit === true || !existsSync(join(dataFolder, DEMO_MARK)));
}

/** Makes the program's demo run, if it has one, and prints what came of it. */
async function demonstrate(dataFolder: string, running: RunningStack, { program = ".", speed }: StartOptions): Promise<DemoResult[]> {
  const cases = await loadDemo(resolve(program));
  if (cases === undefined) {
    process.stdout.write(`The program has no demo run: there is no ${DEMO_FILE}.\n`);
    return [];
  }
  // At its beginning: one that is interrupted has left executions, too.
  writeFileSync(join(dataFolder, DEMO_MARK), "");
  const results = await runDemo(cases, running, speed);
  process.stdout.write(demoTable(results));
  return results;
}

/** What leads other commands to this stack, with a space before it. */
function stackOptions({ program, stack, data }: StartOptions): string {
  return [program === undefined ? "" : ` --program ${program}`, stack === "dev" ? "" : ` --stack ${stack}`, data === undefined ? "" : ` --data ${data}`].join("");
}

/** @returns nothing when it was interrupted meanwhile */
async function bringUp(dataFolder: string, { program = ".", stack, port, speed, watch, exit, invocationAttempts, inspect }: StartOptions, activity: { readonly shown: boolean }): Promise<RunningStack | undefined> {
  const began = performance.now();
  const starting = startStack({
    projectFolder: resolve(program),
    stack,
    dataFolder,
    port,
    speed,
    invocationAttempts,
    inspect: inspect === undefined ? undefined : { names: inspect === true ? [] : inspect, firstPort: FIRST_INSPECT_PORT },
    signal: interruption,
    onEvent(event) {
      const line = activity.shown ? activityLine(event, process.stdout.columns) : undefined;
      if (line !== undefined) process.stdout.write(`${line}\n`);
    },
    onReload: watch && exit !== true ? (outcome) => void process.stdout.write(reloadText(outcome)) : undefined,
    onFatal(error) {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    },
  });
  try {
    const running = await withProgress(`Evaluating the Pulumi program and starting stack ${stack}:`, process.stdout, starting);
    process.stdout.write(startedLines(running, { stack, dataFolder, speed, seconds: (performance.now() - began) / 1000 }));
    return running;
  } catch (error) {
    if (interruption.aborted && error === interruption.reason) return undefined;
    throw error;
  }
}

async function stop(running: RunningStack): Promise<void> {
  process.stdout.write("\nStopping. What was running goes on at the next start.\n");
  await running.stop();
}
