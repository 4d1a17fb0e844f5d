import type { Format, Terminal } from "../cli/terminal.ts";
import { clean } from "../cli/text/clean.ts";
import type { Examined } from "./examine.ts";
import type { Finding, Level } from "./finding.ts";

const MARKS: Readonly<Record<Level, { readonly mark: string; readonly format: Format }>> = {
  ok: { mark: "ok", format: "green" },
  warning: { mark: "warning", format: "yellow" },
  problem: { mark: "problem", format: "red" },
  unknown: { mark: "unknown", format: "cyan" },
};
const MARK_WIDTH = 9;

/** The findings as text: mark, check, what was found, and below it what to do. */
export function reportText(terminal: Terminal, { stack, region, account, findings }: Examined): string {
  const width = Math.max(...findings.map(({ check }) => check.length)) + 2;
  const indent = " ".repeat(MARK_WIDTH + width);
  const lines = findings.map(({ level, check, found, remedy }) => {
    const { mark, format } = MARKS[level];
    const head = terminal.style(format, mark.padEnd(MARK_WIDTH)) + check.padEnd(width) + indented(found, indent);
    return remedy === undefined ? head : `${head}\n${indent}→ ${indented(remedy, `${indent}  `)}`;
  });
  const place = [`Stack ${stack}`, region, account && `account ${account}`].filter((part) => part !== undefined).join(", ");
  return `${place}\n\n${lines.join("\n")}\n\n${summary(findings)}\n`;
}

/** @param text of others: AWS, Docker, Pulumi */
function indented(text: string, indent: string): string {
  return clean(text).trimEnd().replaceAll("\n", `\n${indent}`);
}

export function summary(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const problems = count("problem");
  const rest = `${plural(count("warning"), "warning")}, ${count("unknown")} not known, ${count("ok")} ok`;
  return problems === 0 ? `Nothing found that stops a deployment: ${rest}.` : `${plural(problems, "problem")} to solve before a deployment; ${rest}.`;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
