import { readEnvironment } from "./environment.ts";
import { JobError } from "./errors.ts";
import { createLog } from "../functions/shared/log.ts";
import { createReporter } from "./reporters/create-reporter.ts";
import { runJob } from "./run-job.ts";

const stop = new AbortController();
// First of all: ECS may want the task back before it has begun. 143 is the shell's code for SIGTERM.
process.on("SIGTERM", () => stop.abort(new JobError("JobTerminated", "The job was told to stop (SIGTERM)", 143)));

try {
  const environment = readEnvironment(process.env);
  const log = createLog({ executionArn: environment.EXECUTION_ARN, operationName: "run-task", attempt: environment.JOB_ATTEMPT });
  log("INFO", "The job starts", { reportTo: environment.REPORT_TO });
  const exitCode = await runJob({
    input: environment.JOB_INPUT,
    reporter: await createReporter(environment),
    heartbeatSeconds: environment.JOB_HEARTBEAT_SECONDS,
    timeLimitSeconds: environment.JOB_TIME_LIMIT_SECONDS,
    log,
    stop,
  });
  // Work that does not heed the signal, and idle connections, would keep the process alive.
  process.exit(exitCode);
} catch (error) {
  createLog({ executionArn: process.env["EXECUTION_ARN"], operationName: "run-task" })("ERROR", "The job cannot start", { error: String(error) });
  process.exit(1);
}
