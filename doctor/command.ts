import { execFile, type ExecFileException } from "node:child_process";

export interface Ran {
  /** Exit code, or 127 if there is no such command, as in a shell. */
  readonly code: number;
  readonly stdout: string;
  /** The last line that says what is wrong. */
  readonly lastError: string;
}

const NOT_FOUND = 127;
/** Milliseconds: a daemon that does not answer must not keep the doctor. */
const TIMEOUT = 20_000;

/** Runs a command that reads something. Never rejects: that it fails is an answer. */
export function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: TIMEOUT, env: environment }, (error, stdout, stderr) => {
      resolve(error === null ? { code: 0, stdout, lastError: "" } : failed(command, error, stdout, stderr));
    });
  });
}

function failed(command: string, error: ExecFileException, stdout: string, stderr: string): Ran {
  if (error.code === "ENOENT") return { code: NOT_FOUND, stdout, lastError: `there is no command ${command}` };
  if (error.killed === true) return { code: 1, stdout, lastError: `${command} does not answer within ${TIMEOUT / 1000} s` };
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return { code: typeof error.code === "number" ? error.code : 1, stdout, lastError: lines.at(-1) ?? error.message };
}
