import { JobError } from "./errors.ts";
import { TIME_LIMIT_EXIT_CODE } from "./contract.ts";

/** How often the time limit is checked. A single timer cannot span it: Node's timers end at 24.8 days. */
const CHECK_MILLISECONDS = 1000;

/** Aborts `stop` when the job has run for longer than its time limit. The workflow's own time limit ends when nobody waits any more. */
export function watchTimeLimit(seconds: number, stop: AbortController): void {
  // Not the wall clock, which may jump.
  const deadline = performance.now() + seconds * 1000;
  setInterval(() => {
    if (performance.now() > deadline + CHECK_MILLISECONDS) {
      stop.abort(new JobError("JobTimedOut", `The job was still running after its time limit of ${seconds} s`, TIME_LIMIT_EXIT_CODE));
    }
  }, CHECK_MILLISECONDS).unref();
}
