import { setTimeout as sleep } from "node:timers/promises";
import { TRY_AGAIN_EXIT_CODE } from "./contract.ts";
import type { Log } from "./log.ts";
import { EndReport } from "./end-report.ts";
import { JobError, type NobodyWaits } from "./errors.ts";
import { Heartbeats } from "./heartbeats.ts";
import type { Reporter } from "./reporters/reporter.ts";
import { watchTimeLimit } from "./time-limit.ts";
import type { WorkProcess } from "./work-process.ts";

interface SupervisedJob {
  readonly work: WorkProcess;
  readonly input: unknown;
  readonly reporter: Reporter;
  readonly heartbeatSeconds: number;
  readonly timeLimitSeconds: number;
  readonly log: Log;
  /** Aborted to stop the job. The `reason` is the failure that is reported, or NobodyWaits. */
  readonly stop: AbortController;
}

/** The work starts after the first heartbeat, or after this time if the heartbeat gets no response. */
const FIRST_HEARTBEAT_MILLISECONDS = 10_000;
/** After a stop, the time that the work has to clean up before it is killed. */
const WORK_GRACE_MILLISECONDS = 10_000;
/** After a stop, the time after which no report is tried any more. Well below the task definition's `stopTimeout`. */
const REPORT_END_MILLISECONDS = 20_000;

/**
 * Lets the work's process do the work, and reports its heartbeats and its end. Returns at most {@link REPORT_END_MILLISECONDS}
 * after SIGTERM or the time limit, whatever the work and the receiver of the reports do.
 *
 * @returns the exit code of the container
 */
export async function supervise({ work, input, reporter, heartbeatSeconds, timeLimitSeconds, log, stop }: SupervisedJob): Promise<number> {
  watchTimeLimit(timeLimitSeconds, stop);
  const stopped = whenAborted(stop.signal);
  const report = new EndReport(reporter, log, stopped.then(() => sleep(REPORT_END_MILLISECONDS)));
  const heartbeats = new Heartbeats(reporter, log, stop);

  await Promise.race([heartbeats.send(), stopped, sleep(FIRST_HEARTBEAT_MILLISECONDS)]);
  if (!stop.signal.aborted) {
    work.onHeartbeat(() => void heartbeats.send());
    work.send({ type: "start", input, heartbeatSeconds });
    const end = await Promise.race([work.end, stopped]);
    if (end !== undefined) return report.end(end);
    work.send({ type: "stop", reason: (stop.signal.reason as Error).message });
    await Promise.race([work.end, sleep(WORK_GRACE_MILLISECONDS)]);
  }
  // Before the report, because its receiver may run the job again at once.
  work.kill();
  const reason = stop.signal.reason as JobError | NobodyWaits;
  if (reason instanceof JobError) {
    const { errorType, message, exitCode } = reason;
    const early = errorType === "JobTerminated" && !heartbeats.delivered;
    return report.failure(new JobError(errorType, message, early ? TRY_AGAIN_EXIT_CODE : exitCode));
  }
  log("WARN", "Nobody waits for the job any more", { error: reason.message });
  return heartbeats.delivered ? 1 : TRY_AGAIN_EXIT_CODE;
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
