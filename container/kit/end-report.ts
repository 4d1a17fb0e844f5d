import { constants } from "node:os";
import { TRY_AGAIN_EXIT_CODE } from "./contract.ts";
import type { Log } from "./log.ts";
import { JobError } from "./errors.ts";
import type { WorkResultMessage } from "./messages.ts";
import type { Reporter } from "./reporters/reporter.ts";
import type { Crash } from "./work-process.ts";

/** Reports how the job ended. Each method returns the exit code of the container. */
export class EndReport {
  readonly #reporter: Reporter;
  readonly #log: Log;
  readonly #over: Promise<unknown>;

  /** @param over resolves when no report is to be tried any more */
  constructor(reporter: Reporter, log: Log, over: Promise<unknown>) {
    this.#reporter = reporter;
    this.#log = log;
    this.#over = over;
  }

  async end(end: WorkResultMessage | Crash): Promise<number> {
    switch (end.type) {
      case "succeeded":
        return this.#success(end.result);
      case "failed":
        return this.failure(new JobError(end.errorType, end.message, end.exitCode));
      case "crashed":
        return this.#crash(end);
    }
  }

  async failure(failure: JobError): Promise<number> {
    this.#log("ERROR", "The job failed", { errorType: failure.errorType, error: failure.message, exitCode: failure.exitCode });
    try {
      await this.#unlessOver(this.#reporter.failed(failure));
    } catch (error) {
      // The watchdog reports the exit code.
      this.#log("ERROR", "The failure could not be reported", { error: String(error) });
    }
    return failure.exitCode;
  }

  async #success(result: unknown): Promise<number> {
    try {
      await this.#unlessOver(this.#reporter.succeeded(result));
    } catch (error) {
      return this.#undelivered(error);
    }
    this.#log("INFO", "The job succeeded");
    return 0;
  }

  /** A result that was refused, such as one that is too large, fails the job. One that met no response is a loss: the job may run again. */
  async #undelivered(error: unknown): Promise<number> {
    // Not loaded before: a job that reports by its exit code needs no SDK.
    const { isRefusal } = await import("./reporters/refusal.ts");
    if (isRefusal(error)) return this.failure(new JobError("JobFailed", `The job's result was refused: ${String(error)}`, 1));
    this.#log("ERROR", "The job succeeded, but its result could not be reported", { error: String(error), exitCode: TRY_AGAIN_EXIT_CODE });
    return TRY_AGAIN_EXIT_CODE;
  }

  async #crash({ exitCode, signal, error }: Crash): Promise<number> {
    if (signal !== null) {
      // ECS sees neither the signal nor the lack of memory: for ECS, the container's process is the supervisor.
      const cause = signal === "SIGKILL" ? ", probably because the task ran out of memory" : "";
      return this.failure(new JobError("JobFailed", `The work's process was killed by ${signal}${cause}`, 128 + constants.signals[signal]));
    }
    if (error !== undefined) return this.failure(new JobError("JobFailed", `The work's process failed: ${error.message}`, 1));
    if (exitCode === 0) return this.failure(new JobError("JobFailed", "The work's process exited with 0 and without a result", 1));
    // The watchdog reports the exit code, with the task's stop reason.
    this.#log("ERROR", "The work's process exited without a result", { exitCode });
    return exitCode ?? 1;
  }

  async #unlessOver(report: Promise<void>): Promise<void> {
    const over = this.#over.then(() => {
      throw new Error("No response in time");
    });
    await Promise.race([report, over]);
  }
}
