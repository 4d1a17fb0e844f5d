import { format } from "node:util";

const LEVELS = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR" } as const;

/** What Node has behind a standard stream that is a pipe; undocumented, so all of it is optional. */
interface PipeStream {
  readonly _handle?: { setBlocking?(blocking: boolean): void };
}

/**
 * Makes `console` write one JSON object a line, as Lambda does with the log format JSON. Output waits for whoever reads
 * it: otherwise a handler that prints faster would pile it up in its memory.
 */
export function jsonConsole(requestId: () => string | undefined): void {
  for (const stream of [process.stdout, process.stderr] as PipeStream[]) stream._handle?.setBlocking?.(true);
  for (const [method, level] of Object.entries(LEVELS) as [keyof typeof LEVELS, string][]) {
    // eslint-disable-next-line no-console -- replaced, not written to
    console[method] = (...values: unknown[]) => writeLine(level, requestId(), values);
  }
}

/** Writes a line of the structured log; the pipe takes it before this returns. */
export function writeLine(level: string, requestId: string | undefined, values: readonly unknown[]): void {
  process.stdout.write(`${jsonLine(new Date().toISOString(), level, requestId, values)}\n`);
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
