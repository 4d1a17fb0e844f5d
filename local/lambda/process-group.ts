import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";

/**
 * The stack may die without a word (kill -9), and what it started must not outlive it, not even code that spins and
 * never looks at its sockets. So a shell in the process's group reads from a pipe that only the stack holds: when the
 * stack is gone the read ends and the shell kills the group. The process itself replaces the first shell, so its id,
 * exit code and signal are its own.
 */
const GUARDED = '(read -r _ <&3; kill -9 0) </dev/null >/dev/null 2>&1 4>&- & exec "$@" 3<&-';

/** A process in a group of its own that ends with this one; standard output and error are pipes. */
export type GroupProcess = ChildProcessByStdio<null, Readable, Readable>;

/**
 * @param options.environment the whole environment of the process: nothing of this process's own is added
 * @param options.channel whether the process is a Node process that gets an IPC channel
 */
export function spawnGroup(
  command: string,
  parameters: readonly string[],
  options: { folder: string; environment: Readonly<Record<string, string>>; channel?: boolean },
): GroupProcess {
  // The cast: Node's overloads know three stdio entries, not the fourth that the guard reads.
  const child = spawn("/bin/sh", ["-c", GUARDED, "sh", command, ...parameters], {
    cwd: options.folder,
    env: { ...options.environment },
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe", ...(options.channel === true ? (["ipc"] as const) : [])],
  }) as unknown as GroupProcess;
  // What the process leaves behind, its guard included, ends with it.
  child.once("exit", () => signalGroup(child, "SIGKILL"));
  return child;
}

/** Signals a process and everything it started; harmless when they have ended. */
export function signalGroup(child: GroupProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
