import { Command, InvalidArgumentError } from "commander";
import { resolve } from "node:path";
import { UserError } from "../errors.ts";
import { runTour } from "../tour/tour.ts";
import { startStack } from "../stack.ts";
import { emptyDataFolder } from "./data-folder.ts";
import { activityLine, outputsHint, startedLines, tourTable } from "./print.ts";

const DEFAULT_PORT = 4570;

interface StartOptions {
  stack: string;
  port: number;
  data?: string;
  fresh?: boolean;
  speed: number;
  exit?: boolean;
}

const command = new Command("npm start --")
  .description("Runs the Pulumi program whole on this machine: evaluates it, starts its functions, tasks and schedules, and runs every workflow once.")
  .option("--stack <name>", "Pulumi stack whose settings are used (Pulumi.<name>.yaml)", "dev")
  .option("--port <number>", "port of the endpoint on 127.0.0.1; 0 for any free port", wholeNumber(0, 65_535), DEFAULT_PORT)
  .option("--data <folder>", "data folder (default: .local/<stack>)")
  .option("--fresh", "delete the data folder's content first")
  .option("--speed <factor>", "how many seconds of waits, retries and time-outs pass in one real second", speedFactor, 1)
  .option("--exit", "end after the tour, with exit code 0 only if every workflow did what it should")
  .addHelpText("after", "\nExamples:\n  npm start\n  npm start -- --exit --port 0\n  npm start -- --stack staging --fresh")
  .parse();

try {
  process.exitCode = await start(command.opts<StartOptions>());
} catch (error) {
  process.stderr.write(`${error instanceof UserError ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
}

async function start({ stack, port, data, fresh, speed, exit }: StartOptions): Promise<number> {
  const started = performance.now();
  const dataFolder = resolve(data ?? `.local/${stack}`);
  if (fresh === true) await emptyDataFolder(dataFolder);
  let showActivity = false;
  const running = await startStack({
    projectFolder: process.cwd(),
    stack,
    dataFolder,
    port,
    speed,
    onEvent(event) {
      const line = showActivity ? activityLine(event) : undefined;
      if (line !== undefined) process.stdout.write(`${line}\n`);
    },
    onFatal(error) {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    },
  });
  const interrupted = new Promise<"interrupted">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve("interrupted"));
  });
  process.stdout.write(startedLines(running, { stack, dataFolder, speed, seconds: (performance.now() - started) / 1000 }));

  const tour = await Promise.race([runTour(running), interrupted]);
  if (tour === "interrupted") {
    process.stdout.write("\nStopping. What was running goes on at the next start.\n");
    await running.stop();
    return 130;
  }
  const failed = tour.filter((result) => !result.passed).length;
  process.stdout.write(tourTable(tour));
  if (exit !== true) {
    process.stdout.write(outputsHint(dataFolder, running));
    showActivity = true;
    await interrupted;
    process.stdout.write("\nStopping. What was running goes on at the next start.\n");
  }
  await running.stop();
  return exit === true && failed > 0 ? 1 : 0;
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

function speedFactor(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 1000)) throw new InvalidArgumentError("It must be a number from 1 to 1000.");
  return value;
}
