export type Log = (level: "INFO" | "WARN" | "ERROR", message: string, details?: Readonly<Record<string, unknown>>) => void;

/** Writes one JSON object per line. @param fields on every line, such as the execution that the job works for */
export function createLog(fields: Readonly<Record<string, unknown>>): Log {
  return (level, message, details) => {
    process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, message, ...fields, ...details })}\n`);
  };
}
