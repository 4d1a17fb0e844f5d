import { type Environment, reportTarget } from "../environment.ts";
import { exitReporter } from "./exit-reporter.ts";
import type { Reporter } from "./reporter.ts";

/** The reporter that the job's caller asked for. Loads no more clients than that one needs, so that the job starts fast. */
export async function createReporter(environment: Environment): Promise<Reporter> {
  const target = reportTarget(environment);
  switch (target.to) {
    case "exit":
      return exitReporter;
    case "callback": {
      const { createCallbackReporter } = await import("./callback-reporter.ts");
      return createCallbackReporter(target.callbackId);
    }
    case "record": {
      const { createRecordReporter } = await import("./record-reporter.ts");
      return createRecordReporter(environment.JOB_TABLE_NAME, target.jobId, environment.JOB_ATTEMPT);
    }
  }
}
