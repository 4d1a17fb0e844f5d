import { setImmediate as nextTurn } from "node:timers/promises";
import { JobError } from "./errors.ts";
import type { Command, WorkMessage } from "./messages.ts";
import { type Job, work } from "./work.ts";

const stop = new AbortController();

// The supervisor's to handle: a signal to the whole process group reaches both.
process.on("SIGTERM", () => undefined);
// The supervisor has died.
process.once("disconnect", () => process.exit(1));
process.on("message", (command: Command) => {
  if (command.type === "start") void run(command);
  else stop.abort(new Error(command.reason));
});

/** The process stays alive after the work's end: the supervisor kills it when it has the result. */
async function run({ input, heartbeatSeconds }: Extract<Command, { type: "start" }>): Promise<void> {
  try {
    const job: Job = { heartbeat: heartbeatEvery(heartbeatSeconds), signal: stop.signal };
    send({ type: "succeeded", result: await work(input, job) });
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
