import type { Format } from "../terminal.ts";
import type { Cell } from "./table.ts";

const FORMATS: Readonly<Record<string, Format>> = {
  RUNNING: "cyan",
  PAUSING: "yellow",
  PAUSED: "yellow",
  STARTED: "cyan",
  PENDING: "yellow",
  SUCCEEDED: "green",
  FAILED: "red",
  TIMED_OUT: "red",
  STOPPED: "magenta",
  CANCELLED: "dim",
};

const SIGNS: Readonly<Record<string, string>> = {
  STARTED: "●",
  PENDING: "◌",
  SUCCEEDED: "✓",
  FAILED: "✗",
  TIMED_OUT: "✗",
  STOPPED: "■",
  CANCELLED: "-",
};

export function statusFormat(status: string): Format {
  return FORMATS[status] ?? "yellow";
}

export function statusCell(status: string): Cell {
  return { text: status, format: statusFormat(status) };
}

/** One character for the status of an operation or task. */
export function statusSign(status: string): string {
  return SIGNS[status] ?? "●";
}
