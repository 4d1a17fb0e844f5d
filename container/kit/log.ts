export type Log = (level: "INFO" | "WARN" | "ERROR", message: string, details?: Readonly<Record<string, unknown>>) => void;

/**
 * Writes one JSON object per line, with the fields of the durable functions' own logger (`executionArn`, `operationName`,
 * `attempt`), so that one query over all logs finds what belongs to an execution. For what runs outside of one: the job and the
 * watchdog; a durable function uses `context.logger`, which keeps silent while it replays.
 *
 * @param fields on every line, such as the execution that the job works for
 */
export function createLog(fields: Readonly<Record<string, unknown>>): Log {
  return (level, message, details) => {
    // Not the console, which Lambda would wrap into an object of its own.
    process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, message, ...fields, ...details })}\n`);
  };
}
