import type { Format, Terminal } from "../terminal.ts";
import { oneLine } from "./clean.ts";

export interface Cell {
  readonly text: string;
  readonly format?: Format;
}

const GAP = 2;
const NARROWEST_COLUMN = 6;

/**
 * Columns under their headers, within the terminal's width: the last one, and then the widest others, are cut short.
 *
 * @param header in capitals
 */
export function table(terminal: Terminal, header: readonly string[], rows: readonly (readonly (Cell | string)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? { text: oneLine(cell) } : { ...cell, text: oneLine(cell.text) })));
  const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.text.length ?? 0)));
  fit(widths, terminal.columns - GAP * (header.length - 1));
  const line = (row: readonly Cell[]): string =>
    row
      .map(({ text, format }, column) => {
        const width = widths[column] ?? 0;
        const cut = oneLine(text, width);
        const padding = column === row.length - 1 ? "" : " ".repeat(width - cut.length + GAP);
        return (format === undefined ? cut : terminal.style(format, cut)) + padding;
      })
      .join("")
      .trimEnd();
  return [line(header.map((text) => ({ text, format: "dim" }))), ...cells.map(line)].map((text) => `${text}\n`).join("");
}

function fit(widths: number[], room: number): void {
  const excess = () => widths.reduce((sum, width) => sum + width, 0) - room;
  const last = widths.length - 1;
  widths[last] = Math.max(NARROWEST_COLUMN * 2, (widths[last] ?? 0) - Math.max(0, excess()));
  while (excess() > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST_COLUMN) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}
