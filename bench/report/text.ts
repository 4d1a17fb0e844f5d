import type { Section } from "./section.ts";

/** Columns as wide as their widest cell; numbers to the right. */
export function textTable(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => String(row[index] ?? "").length)));
  const line = (cells: readonly (string | number)[]) =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return typeof cell === "number" || /^[\d.,]+$/.test(cell) ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(columns), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

/** A section as it is printed. */
export function sectionText({ title, columns, rows, notes, checks }: Section): string {
  return [
    `\n${title}\n`,
    textTable(columns, rows),
    ...notes.map((note) => `  ${note}`),
    ...checks.map(({ name, figure, target, outcome }) => `  ${outcome.toUpperCase().padEnd(7)} ${name}: ${figure} (target: ${target})`),
  ].join("\n");
}
