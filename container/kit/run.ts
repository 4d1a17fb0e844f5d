import { createLog } from "./log.ts";
import { type JobSchema, readEnvironment } from "./environment.ts";
import { createReporter } from "./reporters/create-reporter.ts";
import { supervise } from "./supervise.ts";
import type { WorkProcess } from "./work-process.ts";

/** Runs the job that the environment variables describe. @returns the exit code of the container */
export async function run(work: WorkProcess, schema: JobSchema, stop: AbortController): Promise<number> {
  let message = "The job cannot start";
  try {
    const environment = readEnvironment(process.env, schema);
    const log = createLog({ executionArn: environment.EXECUTION_ARN, operationName: "run-task", attempt: environment.JOB_ATTEMPT });
    message = "The job's supervisor failed";
    log("INFO", "The job starts", { reportTo: environment.REPORT_TO });
    return await supervise({
      work,
      input: environment.JOB_INPUT,
      reporter: await createReporter(environment),
      heartbeatSeconds: environment.JOB_HEARTBEAT_SECONDS,
      timeLimitSeconds: environment.JOB_TIME_LIMIT_SECONDS,
      log,
      stop,
    });
  } catch (error) {
    createLog({ executionArn: process.env["EXECUTION_ARN"], operationName: "run-task" })("ERROR", message, { error: String(error) });
    return 1;
  }
}
