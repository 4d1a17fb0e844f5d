import type { FunctionVersion, InvocationOutcome } from "./function-version.ts";
import { isReportLogged, loggingOf } from "./log-levels.ts";

export interface InvocationReport {
  readonly requestId: string;
  readonly outcome: InvocationOutcome;
  readonly durationMs: number;
  /** Of an environment's first invocation. */
  readonly initDurationMs: number | undefined;
}

/** What Lambda itself logs when an invocation begins: a line in the format Text; nothing in JSON, where the report says it all. */
export function startLines(version: FunctionVersion, requestId: string): string[] {
  return loggingOf(version).format === "Text" ? [`START RequestId: ${requestId} Version: ${version.version}`] : [];
}

/** What Lambda itself logs when an invocation has ended, in the function's log format. */
export function reportLines(version: FunctionVersion, report: InvocationReport, now: number): string[] {
  const { requestId, outcome, durationMs, initDurationMs } = report;
  const settings = loggingOf(version);
  const succeeded = outcome.kind === "response";
  if (!isReportLogged(settings, succeeded)) return [];
  const timedOut = outcome.kind === "error" && outcome.errorType === "Sandbox.Timedout";
  const billed = Math.ceil(durationMs);
  const memory = version.memoryMegabytes;
  if (settings.format === "Text") {
    const fields = [`REPORT RequestId: ${requestId}`, `Duration: ${durationMs.toFixed(2)} ms`, `Billed Duration: ${billed} ms`, `Memory Size: ${memory} MB`];
    if (initDurationMs !== undefined) fields.push(`Init Duration: ${initDurationMs.toFixed(2)} ms`);
    if (!succeeded) fields.push(`Status: ${timedOut ? "timeout" : "error"}`);
    return [`END RequestId: ${requestId}`, fields.join("\t")];
  }
  const metrics = { durationMs: round(durationMs), billedDurationMs: billed, memorySizeMB: memory, initDurationMs: initDurationMs && round(initDurationMs) };
  const status = succeeded ? "success" : timedOut ? "timeout" : "error";
  return [JSON.stringify({ time: new Date(now).toISOString(), type: "platform.report", record: { requestId, metrics, status } })];
}

/** Whether a line is the report of an invocation, of any. */
export function isReport(line: string): boolean {
  return line.includes('"platform.report"') || line.startsWith("REPORT RequestId: ");
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
