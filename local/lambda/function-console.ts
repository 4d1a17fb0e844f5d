import { format } from "node:util";

const LEVELS = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR" } as const;

/** What Node has behind a standard stream that is a pipe; undocumented, so all of it is optional. */
interface PipeStream {
  readonly _handle?: { setBlocking?(blocking: boolean): void };
}

const ORDER = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const FORMAT = process.env.AWS_LAMBDA_LOG_FORMAT;
/** Lambda sets the level with the format JSON only. */
const LEAST = ORDER.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL ?? "TRACE");

/**
 * Makes `console` write as Lambda does in the function's log format: one JSON object a line, or text. Output waits for whoever reads
 * it: otherwise a handler that prints faster would pile it up in its memory.
 */
export function functionConsole(requestId: () => string | undefined): void {
  for (const stream of [process.stdout, process.stderr] as PipeStream[]) stream._handle?.setBlocking?.(true);
  for (const [method, level] of Object.entries(LEVELS) as [keyof typeof LEVELS, string][]) {
    // eslint-disable-next-line no-console -- replaced, not written to
    console[method] = ORDER.indexOf(level) < LEAST ? () => undefined : (...values: unknown[]) => writeLine(level, requestId(), values);
  }
}

/** Writes a line of the log; the pipe takes it before this returns. */
export function writeLine(level: string, requestId: string | undefined, values: readonly unknown[]): void {
  const line = FORMAT === "Text" ? textLine : jsonLine;
  process.stdout.write(`${line(new Date().toISOString(), level, requestId, values)}\n`);
}

/** One line of a log in text. A message of several lines stays one event, as Lambda sends it. */
export function textLine(timestamp: string, level: string, requestId: string | undefined, values: readonly unknown[]): string {
  return `${timestamp}\t${requestId}\t${level}\t${format(...values).replaceAll("\n", "\r")}`;
}

/** One line of a structured log. */
export function jsonLine(timestamp: string, level: string, requestId: string | undefined, values: readonly unknown[]): string {
  const error = values.find((value) => value instanceof Error);
  const line = { timestamp, level, requestId, ...(values.length > 1 && error !== undefined ? fields(error) : {}) };
  const message = values.length === 1 ? values[0] : format(...values);
  try {
    return JSON.stringify({ ...line, message }, (_, value: unknown) => (value instanceof Error ? fields(value) : value));
  } catch {
    // Circular, or a BigInt.
    return JSON.stringify({ ...line, message: format(message) });
  }
}

function fields(error: Error): { errorType: string; errorMessage: string; stackTrace: string[] } {
  return { errorType: error.name, errorMessage: error.message, stackTrace: error.stack?.split("\n") ?? [] };
}
