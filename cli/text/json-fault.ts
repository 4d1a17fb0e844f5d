import { printParseErrorCode, visit, type ParseErrorCode } from "jsonc-parser";

const SHOWN_BEFORE = 40;
const SHOWN_AFTER = 20;

/**
 * Where a text stops to be JSON, and why: `line 2, column 9: comma expected`, with that part of the line and a mark below it.
 *
 * @param text that `JSON.parse` has refused
 */
export function describeJsonFault(text: string): string {
  const [fault] = faults(text);
  if (fault === undefined) return "it is empty";
  const { code, offset, line, column } = fault;
  const lineStart = offset - column;
  const [wholeLine = ""] = text.slice(lineStart).split("\n", 1);
  const from = Math.max(0, column - SHOWN_BEFORE);
  // As wide on the terminal as what they stand for.
  const excerpt = wholeLine.slice(from, column + SHOWN_AFTER).replaceAll(/\s/g, " ");
  const what = printParseErrorCode(code).replaceAll(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
  return `line ${line + 1}, column ${column + 1}: ${what}\n  ${excerpt}\n  ${" ".repeat(column - from)}^`;
}

/** Lines and columns from 0. */
function faults(text: string) {
  const found: { code: ParseErrorCode; offset: number; line: number; column: number }[] = [];
  const onError = (code: ParseErrorCode, offset: number, _length: number, line: number, column: number) => void found.push({ code, offset, line, column });
  if (text.trim() !== "") visit(text, { onError }, { disallowComments: true, allowTrailingComma: false });
  return found;
}
