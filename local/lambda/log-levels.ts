import type { FunctionVersion } from "./function-version.ts";

/** Most detail first. */
export const APPLICATION_LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;
export const SYSTEM_LEVELS = ["DEBUG", "INFO", "WARN"] as const;

/** Log settings of a function, as GetFunctionConfiguration shows them. Levels belong to the format JSON alone. */
export type LoggingSettings =
  | { readonly format: "Text" }
  | { readonly format: "JSON"; readonly applicationLevel: (typeof APPLICATION_LEVELS)[number]; readonly systemLevel: (typeof SYSTEM_LEVELS)[number] };

/** Versions that were published before settings were recorded wrote JSON. */
export function loggingOf({ logging }: Pick<FunctionVersion, "logging">): LoggingSettings {
  return logging ?? { format: "JSON", applicationLevel: "INFO", systemLevel: "INFO" };
}

/**
 * Whether a line that a function printed is of the level of its settings or above it (Lambda Developer Guide, "Log-level
 * filtering"): the `level` of a JSON object decides, and a line without one is of level INFO.
 */
export function isApplicationLogged(settings: LoggingSettings, line: string): boolean {
  if (settings.format === "Text") return true;
  const least = APPLICATION_LEVELS.indexOf(settings.applicationLevel);
  return least === 0 || APPLICATION_LEVELS.indexOf(levelOf(line)) >= least;
}

/** Whether the report of an invocation is logged: at INFO when the invocation succeeded, else at WARN. */
export function isReportLogged(settings: LoggingSettings, succeeded: boolean): boolean {
  return settings.format === "Text" || !succeeded || settings.systemLevel !== "WARN";
}

function levelOf(line: string): (typeof APPLICATION_LEVELS)[number] {
  // Most lines need no parsing.
  if (!line.startsWith("{") || !/"level"\s*:\s*"(?!INFO")/.test(line)) return "INFO";
  try {
    const { level } = JSON.parse(line) as { level?: unknown };
    return APPLICATION_LEVELS.find((known) => typeof level === "string" && known === level.toUpperCase()) ?? "INFO";
  } catch {
    return "INFO";
  }
}
