import { CHECKS, type Check } from "./audit.ts";
import type { ChaosResult } from "./run.ts";

/** The audit as a table: a row for each workflow that has findings, zero expected in every column. */
export function auditTable({ findings, checked }: Pick<ChaosResult, "findings" | "checked">): string {
  const checks = Object.keys(CHECKS) as Check[];
  const count = (check: Check, workflow?: string) =>
    findings.filter((each) => each.check === check && (workflow === undefined || each.workflow === workflow)).length;
  const workflows = [...new Set(findings.map(({ workflow }) => workflow))].sort();
  const rows = [
    ["", ...checks.map((check) => CHECKS[check])],
    ["looked at", ...checks.map((check) => String(checked[check]))],
    ...workflows.map((workflow) => [workflow, ...checks.map((check) => String(count(check, workflow)))]),
    ["found", ...checks.map((check) => String(count(check)))],
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  "));
  const details = findings.map(({ check, workflow, what }) => `${CHECKS[check]} (${workflow}): ${what}`);
  return [...lines, ...(details.length > 0 ? ["", ...details] : []), ""].join("\n");
}

export function verdict({ seed, rounds, kills, accepted, paused, refused, findings, seconds }: ChaosResult): string {
  const killed = `${kills.stack} stacks, ${kills.function} functions and ${kills.task} tasks killed`;
  return [
    ...refused.map((line) => `refused: ${line}`),
    `Seed ${seed}, ${rounds} rounds in ${seconds} s: ${accepted} requests accepted, ${refused.length} refused, ${paused} executions paused; ${killed}.`,
    findings.length === 0 ? "Nothing was lost, and nothing happened twice." : `${findings.length} findings. npm run chaos -- --seed ${seed} --rounds ${rounds} plays the same plan again.`,
    "",
  ].join("\n");
}
