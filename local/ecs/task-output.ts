import type { Readable } from "node:stream";

/** Docker cuts longer lines before they reach CloudWatch Logs. */
const LONGEST_LINE = 16 * 1024;

/** A task that prints faster than this waits, so that one that prints without end neither starves the stack nor fills memory. */
const BYTES_PER_SECOND = 1024 * 1024;

/** Cuts what a process prints into lines; empty ones are left out, as CloudWatch Logs takes none. */
export function readLines(stream: Readable, onLines: (lines: readonly string[]) => void): void {
  let rest = "";
  let windowEnd = 0;
  let allowance = 0;
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const pieces = (rest + text).split("\n").flatMap(cut);
    rest = pieces.pop() ?? "";
    const lines = pieces.filter((line) => line !== "");
    if (lines.length > 0) onLines(lines);

    const now = Date.now();
    if (now >= windowEnd) {
      windowEnd = now + 1000;
      allowance = BYTES_PER_SECOND;
    }
    allowance -= text.length;
    if (allowance < 0) {
      stream.pause();
      setTimeout(() => stream.resume(), windowEnd - now).unref();
    }
  });
  stream.once("end", () => {
    if (rest !== "") onLines([rest]);
  });
  // A pipe that breaks is the end of the process, which is told elsewhere.
  stream.on("error", () => undefined);
}

function cut(line: string): string[] {
  if (line.length <= LONGEST_LINE) return [line];
  const parts: string[] = [];
  for (let start = 0; start < line.length; start += LONGEST_LINE) parts.push(line.slice(start, start + LONGEST_LINE));
  return parts;
}
