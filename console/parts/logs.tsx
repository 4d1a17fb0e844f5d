import type { LogLine } from "../../operator/page/execution-api.ts";
import { duration } from "../format.ts";
import { Moment } from "./basics.tsx";

/** Lines of a log. @param of whose they are, such as `attempt 2` */
export function Logs({ lines, of }: { readonly lines: readonly LogLine[]; readonly of?: string }) {
  return (
    <section class="logs" aria-label="Log">
      <h3>Log{of === undefined ? "" : ` of ${of}`}</h3>
      {lines.length === 0 ? (
        <p class="empty">No lines.</p>
      ) : (
        <ol tabIndex={0}>
          {lines.map(({ at, message }, index) => (
            <li key={index}>
              <Moment at={at} /> {messageOf(message)}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** Structured lines in one short text: level, message and what else they carry of use; the platform's in words. */
function messageOf(line: string): string {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return line;
    const fields = value as Readonly<Record<string, unknown>>;
    if (fields.type === "platform.report") return reportOf(fields.record) ?? line;
    if (typeof fields.message !== "string") return line;
    const level = typeof fields.level === "string" && fields.level !== "INFO" ? `${fields.level} ` : "";
    const error = typeof fields.error === "string" ? ` (${fields.error})` : "";
    return `${level}${fields.message}${error}`;
  } catch {
    return line;
  }
}

/** How an invocation ended, as Lambda reports it. */
function reportOf(record: unknown): string | undefined {
  const { status, metrics } = (record ?? {}) as { readonly status?: unknown; readonly metrics?: { readonly durationMs?: unknown } };
  const took = metrics?.durationMs;
  return typeof status === "string" && typeof took === "number" ? `invocation ended (${status}) after ${duration(took)}` : undefined;
}
