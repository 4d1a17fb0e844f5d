import { setImmediate as nextTurn } from "node:timers/promises";
import { JobError } from "./errors.ts";
import type { Command, WorkMessage } from "./messages.ts";

/** What the work has of its job. */
export interface Job {
  /**
   * Reports that the work makes progress. Call it as often as you like: at most one heartbeat per interval is sent.
   *
   * @throws the reason of `signal` when the job has to stop
   */
  heartbeat(): Promise<void>;
  /** Aborted when the job has to stop: by SIGTERM, at its time limit, or when nobody waits any more. Ten seconds later the work is killed. */
  readonly signal: AbortSignal;
}

/**
 * The work itself.
 *
 * @returns the job's result: as JSON at most 1 MB for a callback, and less than the 400 KB of an item for a record
 * @throws JobError to fail with an exit code; anything else fails with 1
 */
export type Work<Input> = (input: Input, job: Job) => Promise<unknown>;

const stop = new AbortController();

/** Does the work when the supervisor sends its input, and sends the result back. */
export function doWork<Input>(work: Work<Input>): void {
  // The supervisor's to handle: a signal to the whole process group reaches both.
  process.on("SIGTERM", () => undefined);
  // The supervisor has died.
  process.once("disconnect", () => process.exit(1));
  process.on("message", (command: Command) => {
    if (command.type === "start") void run(work, command);
    else stop.abort(new Error(command.reason));
  });
}

/** The process stays alive after the work's end: the supervisor kills it when it has the result. */
async function run<Input>(work: Work<Input>, { input, heartbeatSeconds }: Extract<Command, { type: "start" }>): Promise<void> {
  try {
    const job: Job = { heartbeat: heartbeatEvery(heartbeatSeconds), signal: stop.signal };
    // The cast: the supervisor has parsed the input by the declaration's schema.
    send({ type: "succeeded", result: await work(input as Input, job) });
  } catch (error) {
    const { errorType, message, exitCode } =
      error instanceof JobError ? error : new JobError("JobFailed", error instanceof Error ? error.message : String(error), 1);
    send({ type: "failed", errorType, message, exitCode });
  }
}

/** Sends at most one heartbeat per interval. The supervisor has sent one before the work starts. */
function heartbeatEvery(seconds: number): Job["heartbeat"] {
  let due = false;
  const waitUntilDue = () => setTimeout(() => (due = true), seconds * 1000).unref();
  waitUntilDue();
  return async () => {
    // Work that awaits nothing but its heartbeats would receive no command otherwise.
    await nextTurn();
    stop.signal.throwIfAborted();
    if (!due) return;
    due = false;
    waitUntilDue();
    send({ type: "heartbeat" });
  };
}

/** @throws TypeError for a result that JSON cannot hold */
function send(message: WorkMessage): void {
  process.send?.(message);
}
