import { type ChildProcess, fork } from "node:child_process";
import type { Command, WorkMessage, WorkResultMessage } from "./messages.ts";

/** End of the work's process without a result: it exited, was killed by a signal, or could not be started. */
export interface Crash {
  readonly type: "crashed";
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

/**
 * The process that does the work. It is a process of its own because nothing else can stop work that blocks its event loop:
 * the container's first process (PID 1) cannot send itself SIGKILL, and a worker thread cannot be stopped in native code.
 *
 * When the supervisor dies, the work's process exits once its IPC channel closes. Work that blocks its event loop does not
 * notice, but in a container the death of PID 1 kills every other process.
 */
export class WorkProcess {
  /** Resolves to the work's result, or to the end of a process that has sent none. */
  readonly end: Promise<WorkResultMessage | Crash>;
  readonly #child: ChildProcess;

  constructor(module: URL) {
    this.#child = fork(module, { stdio: "inherit" });
    this.end = new Promise((resolve) => {
      this.#onMessage((message) => {
        if (message.type === "succeeded" || message.type === "failed") resolve(message);
      });
      this.#child.once("exit", (exitCode, signal) => resolve({ type: "crashed", exitCode, signal }));
      this.#child.on("error", (error) => resolve({ type: "crashed", exitCode: null, signal: null, error }));
    });
  }

  onHeartbeat(listener: () => void): void {
    this.#onMessage(({ type }) => {
      if (type === "heartbeat") listener();
    });
  }

  send(command: Command): void {
    // A process that has just ended takes no commands. Its end is reported by `end`.
    if (this.#child.connected) this.#child.send(command, () => undefined);
  }

  /** Ends the process at once, whatever it does. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #onMessage(listener: (message: WorkMessage) => void): void {
    // The cast: both ends of the channel come from one build. Packages of the work that use the channel send other types.
    this.#child.on("message", (message) => listener(message as WorkMessage));
  }
}
