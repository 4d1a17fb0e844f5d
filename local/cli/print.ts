import { relative } from "node:path";
import type { BusEvent } from "../events/event.ts";
import type { ReloadOutcome } from "../reload/reload-state.ts";
import type { RunningStack } from "../stack.ts";
import type { DemoResult } from "./demo-run.ts";

export function startedLines(
  running: RunningStack,
  { stack, dataFolder, speed, seconds }: { stack: string; dataFolder: string; speed: number; seconds: number },
): string {
  return [
    `Stack ${stack} runs at ${running.endpoint} after ${seconds.toFixed(1)} s: ${running.functionCount} functions, ${running.resources.length} resources.`,
    `Console: ${running.consoleUrl}`,
    `Data in ${relative(process.cwd(), dataFolder) || "."}.${speed === 1 ? "" : ` Waits, retries and time-outs pass ${speed} times as fast.`}`,
    ...running.inspectPorts.map(({ name, port }) => `Debug ${name}: attach to 127.0.0.1:${port}`),
    ...running.startNotes,
    ...(running.notSimulated.length > 0 ? ["Not simulated:", ...running.notSimulated.map((line) => `  ${line}`)] : []),
    "",
    "",
  ].join("\n");
}

export function reloadText(outcome: ReloadOutcome): string {
  if (outcome.kind === "failed") return `\nThe last change is not live; the version before it keeps running.\n${outcome.message}\n\n`;
  const changes = outcome.changes.length > 0 ? outcome.changes.join(", ") : "the program is as it was";
  return `Reloaded after ${(outcome.milliseconds / 1000).toFixed(1)} s: ${changes}\n`;
}

export function demoTable(results: readonly DemoResult[]): string {
  const rows = results.map(({ title, passed, status, seconds, summary }) => [passed ? "ok" : "WRONG", status, `${seconds.toFixed(1)} s`, title, summary.split("\n", 1)[0] ?? ""]);
  const header = ["", "execution", "time", "workflow", "result"];
  const widths = header.map((name, column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? name).length)));
  const line = (row: readonly string[]) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("  ");
  const failed = results.filter((result) => !result.passed).length;
  const verdict = failed === 0 ? "Every workflow did what it should." : `${failed} of ${results.length} did not do what they should.`;
  return ["", ...[header, ...rows].map((row) => cut(line(row), LONGEST_LINE)), "", verdict, ""].join("\n");
}

/** @param options of `npm start` that wf needs, too, to find this stack; empty where it does by itself */
export function outputsHint(dataFolder: string, { consoleUrl }: Pick<RunningStack, "consoleUrl">, options: string): string {
  const folder = relative(process.cwd(), dataFolder);
  return [
    "",
    `The stack stays up. Open the console at ${consoleUrl}, or work in another terminal: npx wf list${options} (npx wf --help shows more).`,
    `Its outputs are in ${folder}/outputs.json; for the AWS CLI and SDKs: eval "$(npm run --silent env${options === "" ? "" : ` --${options}`})".`,
    "Executions that start or end from now on are shown below. Ctrl-C stops it; nothing is lost.",
    "",
  ].join("\n");
}

/**
 * One line for what a person watching would want to see, nothing for the rest.
 *
 * @param columns of the terminal: where the whole line with the execution's ARN has no room, it is the function and the execution's name
 */
export function activityLine(event: BusEvent, columns = Infinity): string | undefined {
  if (event.detailType !== "Durable Execution Status Change") return undefined;
  const { status = "", functionArn = "", durableExecutionArn = "" } = event.detail as Partial<Record<string, string>>;
  const functionName = functionArn.split(":")[6] ?? "";
  const now = new Date().toISOString();
  const whole = `${now}  ${status.padEnd(9)}  ${functionName}  ${durableExecutionArn}`;
  if (whole.length < columns) return whole;
  const name = durableExecutionArn.split("/").at(-2) ?? "";
  return cut(`${now.slice(11, 19)}  ${status.padEnd(9)}  ${functionName}  ${name}`, columns);
}

/** Of the demo run's table, whose results are worth a second line on a narrow terminal. */
const LONGEST_LINE = 300;

/** A line that fits a terminal without reaching its last column, where some begin a new one. */
function cut(line: string, columns: number): string {
  return line.length < columns ? line : `${line.slice(0, columns - 2)}…`;
}
