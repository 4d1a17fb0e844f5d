import { ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";

/**
 * The stack may die without a word (kill -9), and what it started must not outlive it, not even code that spins and
 * never looks at its sockets. So a shell in the process's group reads from a pipe that only the stack holds: when the
 * stack is gone the read ends and the shell kills the group. The process itself replaces the first shell, so its id,
 * exit code and signal are its own.
 */
const GUARDED = '(read -r _ <&3; kill -9 0) </dev/null >/dev/null 2>&1 4>&- & exec "$@" 3<&-';

/**
 * Starts a process in a group of its own that ends with this one; standard output and error are pipes.
 *
 * A process that cannot be started, for want of descriptors or memory as well, emits `error`, always after this has returned.
 *
 * @param options.environment the whole environment of the process: nothing of this process's own is added
 * @param options.channel whether the process is a Node process that gets an IPC channel
 */
export function spawnGroup(
  command: string,
  parameters: readonly string[],
  options: { folder: string; environment: Readonly<Record<string, string>>; channel?: boolean },
): ChildProcess {
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", ["-c", GUARDED, "sh", command, ...parameters], {
      cwd: options.folder,
      env: { ...options.environment },
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe", ...(options.channel === true ? (["ipc"] as const) : [])],
    });
  } catch (error) {
    // Node throws some reasons, such as an environment that is too large, and emits the others.
    child = new ChildProcess();
    process.nextTick(() => child.emit("error", error));
    return child;
  }
  // What the process leaves behind, its guard included, ends with it.
  child.once("exit", () => signalGroup(child, "SIGKILL"));
  return child;
}

/** Standard output and error of a process; nothing of one that could not be started. */
export function outputOf({ stdout, stderr }: ChildProcess): Readable[] {
  return [stdout, stderr].flatMap((stream) => stream ?? []);
}

/** How long a process that has exited may keep its IPC channel open, by handing it to another. */
const LAST_MESSAGES_MS = 1000;

/** Calls back once, after a process has exited and the last messages on its IPC channel have been received: Node may emit `exit` first. */
export function onceEnded(child: ChildProcess, ended: (code: number | null, signal: NodeJS.Signals | null) => void): void {
  child.once("exit", (code, signal) => {
    if (!child.connected) {
      ended(code, signal);
      return;
    }
    const timer = setTimeout(() => child.disconnect(), LAST_MESSAGES_MS);
    child.once("disconnect", () => {
      clearTimeout(timer);
      ended(code, signal);
    });
  });
}

/** Signals a process and everything it started; harmless when they have ended. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
