import { text } from "node:stream/consumers";
import { styleText } from "node:util";
import { EXIT, type ExitCode } from "./exit-codes.ts";

export type Format = Parameters<typeof styleText>[0];

/** What a command reads from and writes to. */
export interface Terminal {
  /** Results, a line or more at a time, with line breaks. */
  out(text: string): void;
  /** What a person should know beside the result. */
  err(text: string): void;
  /** Shows a line in place of the one before while something is awaited; an empty one takes it away. */
  progress(line: string): void;
  stdin(): Promise<string>;
  /** Width that lines should keep to. */
  readonly columns: number;
  /** Colours, where they are wanted. */
  readonly style: (format: Format, text: string) => string;
  /** Ctrl-C: what follows a log or awaits an execution ends. */
  readonly interrupted: AbortSignal;
  exitCode: ExitCode;
}

const DEFAULT_COLUMNS = 120;
const NARROWEST = 40;

/** The terminal, or whatever this process's streams are connected to. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  let interrupt: AbortController | undefined;
  // Whoever reads may have enough, such as `head`.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    stderr.write(`The results cannot be written: ${error.message}\n`);
    process.exit(EXIT.failed);
  });
  const colours = stdout.isTTY && stdout.hasColors() && !env["NO_COLOR"];
  let shown = "";
  return {
    out: (written) => void stdout.write(written),
    err: (written) => void stderr.write(written),
    progress(line) {
      // A log is told what changes, not every second that passes.
      const news = stderr.isTTY ? line : line.replaceAll(/\d+ s\b/g, "");
      if (news === shown) return;
      shown = news;
      if (stderr.isTTY) stderr.write(`\r\u001B[K${line.slice(0, (stderr.columns || DEFAULT_COLUMNS) - 1)}`);
      else if (line !== "") stderr.write(`${line}\n`);
    },
    stdin: () => text(stdin),
    columns: Math.max(NARROWEST, stdout.columns || Number(env["COLUMNS"]) || DEFAULT_COLUMNS),
    style: (format, styled) => (colours ? styleText(format, styled, { validateStream: false }) : styled),
    // Ctrl-C ends the process by itself, unless a command wants to know of it.
    get interrupted() {
      if (interrupt === undefined) {
        const asked = (interrupt = new AbortController());
        process.once("SIGINT", () => asked.abort());
      }
      return interrupt.signal;
    },
    exitCode: EXIT.ok,
  };
}
