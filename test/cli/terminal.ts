import { run } from "../../cli/program.ts";
import type { Terminal } from "../../cli/terminal.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly columns?: number;
  readonly stdin?: string;
  readonly interrupted?: AbortSignal;
  /** Told of everything that is printed as a result, when it is. */
  readonly onOut?: (text: string) => void;
  readonly onProgress?: (line: string) => void;
}

/** Runs a command line in this process, on a terminal without colours. */
export async function runCommand(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  let out = "";
  let err = "";
  const terminal: Terminal = {
    out(text) {
      out += text;
      options.onOut?.(text);
    },
    err(text) {
      err += text;
    },
    progress(line) {
      err += `${line}\n`;
      options.onProgress?.(line);
    },
    stdin: async () => options.stdin ?? "",
    columns: options.columns ?? 120,
    style: (_format, text) => text,
    interrupted: options.interrupted ?? new AbortController().signal,
    exitCode: 0,
  };
  const code = await run(words, terminal);
  return { code, out, err };
}
