import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** CloudWatch Logs takes no longer event. */
const LONGEST_LINE = 256 * 1024;
/** Of one invocation. A handler that prints without end must not fill the disk. */
const ALLOWANCE = 8 * 1024 * 1024;
/** Output over the allowance is read this slowly, so that dropping it costs the stack next to nothing. */
const OVERFLOW_PAUSE_MS = 20;

/** Cuts what a process prints into lines, and bounds how much of it is kept. */
export class OutputLines {
  readonly #onLines: (lines: readonly string[]) => void;
  #allowance = ALLOWANCE;

  /** @param streams standard output and error of the process */
  constructor(streams: readonly Readable[], onLines: (lines: readonly string[]) => void) {
    this.#onLines = onLines;
    for (const stream of streams) this.#read(stream);
  }

  /** A new invocation may print as much again. */
  renew(): void {
    this.#allowance = ALLOWANCE;
  }

  #read(stream: Readable): void {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    stream.on("data", (chunk: Buffer) => {
      if (!this.#take(chunk.length)) {
        rest = "";
        stream.pause();
        setTimeout(() => stream.resume(), OVERFLOW_PAUSE_MS).unref();
        return;
      }
      const pieces = (rest + decoder.write(chunk)).split("\n");
      rest = pieces.pop() ?? "";
      while (rest.length > LONGEST_LINE) {
        pieces.push(rest.slice(0, LONGEST_LINE));
        rest = rest.slice(LONGEST_LINE);
      }
      const lines = pieces.filter((line) => line !== "");
      if (lines.length > 0) this.#onLines(lines);
    });
    stream.once("end", () => {
      if (rest !== "") this.#onLines([rest]);
    });
    // A pipe that breaks is the end of the process, which is told elsewhere.
    stream.on("error", () => undefined);
  }

  /** Whether the output still fits; says once when it does not. */
  #take(bytes: number): boolean {
    const before = this.#allowance;
    this.#allowance -= bytes;
    if (this.#allowance >= 0) return true;
    if (before >= 0) this.#onLines([`[local stack] This invocation printed over ${ALLOWANCE} bytes; the rest is dropped.`]);
    return false;
  }
}
