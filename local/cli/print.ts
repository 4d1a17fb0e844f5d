import { relative } from "node:path";
import type { BusEvent } from "../events/event.ts";
import type { RunningStack } from "../stack.ts";
import type { TourResult } from "../tour/tour.ts";

export function startedLines(
  running: RunningStack,
  { stack, dataFolder, speed, seconds }: { stack: string; dataFolder: string; speed: number; seconds: number },
): string {
  return [
    `Stack ${stack} runs at ${running.endpoint} after ${seconds.toFixed(1)} s: ${running.functionCount} functions, ${running.resourceCount} resources.`,
    `Console: ${running.consoleUrl}`,
    `Data in ${relative(process.cwd(), dataFolder) || "."}.${speed === 1 ? "" : ` Waits, retries and time-outs pass ${speed} times as fast.`}`,
    ...(running.notSimulated.length > 0 ? [`Not simulated: ${running.notSimulated.join(", ")}.`] : []),
    "",
    "",
  ].join("\n");
}

export function tourTable(results: readonly TourResult[]): string {
  const rows = results.map(({ title, passed, status, seconds, summary }) => [passed ? "ok" : "WRONG", status, `${seconds.toFixed(1)} s`, title, firstLine(summary)]);
  const header = ["", "execution", "time", "workflow", "result"];
  const widths = header.map((name, column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? name).length)));
  const line = (row: readonly string[]) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("  ");
  const failed = results.filter((result) => !result.passed).length;
  const verdict = failed === 0 ? "Every workflow did what it should." : `${failed} of ${results.length} did not do what they should.`;
  return ["", ...[header, ...rows].map(line), "", verdict, ""].join("\n");
}

export function outputsHint(dataFolder: string, { endpoint }: RunningStack): string {
  const folder = relative(process.cwd(), dataFolder);
  return [
    "",
    `The stack stays up at ${endpoint}. Its outputs are in ${folder}/outputs.json; for the AWS CLI and SDKs: eval "$(npm run --silent env)".`,
    "Executions that start or end from now on are shown below. Ctrl-C stops it; nothing is lost.",
    "",
  ].join("\n");
}

/** One line for what a person watching would want to see, nothing for the rest. */
export function activityLine(event: BusEvent): string | undefined {
  if (event.detailType !== "Durable Execution Status Change") return undefined;
  const { status, functionArn, durableExecutionArn } = event.detail as Record<string, string>;
  const functionName = functionArn?.split(":")[6] ?? "";
  return `${new Date().toISOString()}  ${(status ?? "").padEnd(9)}  ${functionName}  ${durableExecutionArn ?? ""}`;
}

function firstLine(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length > 140 ? `${line.slice(0, 139)}…` : line;
}
