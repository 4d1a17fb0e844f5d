import type { JobInput } from "../functions/shared/job-contract.ts";
import { JobError, NobodyWaits } from "./errors.ts";
import type { Log } from "../functions/shared/log.ts";
import type { Reporter } from "./reporters/reporter.ts";
import { work } from "./work.ts";

interface JobRun {
  readonly input: JobInput;
  readonly reporter: Reporter;
  readonly heartbeatSeconds: number;
  readonly timeLimitSeconds: number;
  readonly log: Log;
  /** Aborted to stop the job from outside; its `reason` is what the job reports. */
  readonly stop: AbortController;
}

/** How often the time limit is looked at. A single timer cannot span it: Node's end at 24.8 days. */
const TIME_LIMIT_CHECK_MILLISECONDS = 1000;

/** Works, reports how it went, and says with which exit code to end. */
export async function runJob({ input, reporter, heartbeatSeconds, timeLimitSeconds, log, stop }: JobRun): Promise<number> {
  const deadline = Date.now() + timeLimitSeconds * 1000;
  const timeLimit = setInterval(() => {
    // The workflow has its own time limit; this one also holds where nobody waits.
    if (Date.now() > deadline + TIME_LIMIT_CHECK_MILLISECONDS) {
      stop.abort(new JobError("JobTimedOut", `The job was still running after its time limit of ${timeLimitSeconds} s`, 124));
    }
  }, TIME_LIMIT_CHECK_MILLISECONDS);
  try {
    const heartbeat = heartbeatEvery(heartbeatSeconds, reporter, log);
    const working = heartbeat().then(() => work(input, { heartbeat, signal: stop.signal }));
    // The race holds even for work that does not heed the signal.
    const result = await Promise.race([working, rejectOnAbort(stop.signal)]);
    await reporter.succeeded(result);
    log("INFO", "The job succeeded");
    return 0;
  } catch (error) {
    return await reportFailure(stop.signal.aborted ? stop.signal.reason : error, reporter, log);
  } finally {
    clearInterval(timeLimit);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const rejectWithReason = () => reject(signal.reason as Error);
    if (signal.aborted) {
      rejectWithReason();
    }
    signal.addEventListener("abort", rejectWithReason, { once: true });
  });
}

/** A heartbeat that does not get through is no reason to stop: the next one may. One that is refused is. */
function heartbeatEvery(seconds: number, reporter: Reporter, log: Log): () => Promise<void> {
  let due = true;
  return async () => {
    if (!due) {
      return;
    }
    due = false;
    setTimeout(() => (due = true), seconds * 1000).unref();
    try {
      await reporter.heartbeat();
    } catch (error) {
      if (error instanceof NobodyWaits) {
        throw error;
      }
      log("WARN", "The heartbeat failed", { error: String(error) });
    }
  };
}

async function reportFailure(error: unknown, reporter: Reporter, log: Log): Promise<number> {
  if (error instanceof NobodyWaits) {
    log("WARN", "Nobody waits for the job any more", { error: error.message });
    return 1;
  }
  const failure = error instanceof JobError ? error : new JobError("JobFailed", error instanceof Error ? error.message : String(error), 1);
  log("ERROR", "The job failed", { errorType: failure.errorType, error: failure.message, exitCode: failure.exitCode });
  try {
    await reporter.failed(failure);
  } catch (reportError) {
    // The exit code still says it, to the watchdog.
    log("ERROR", "The failure could not be reported", { error: String(reportError) });
  }
  return failure.exitCode;
}
