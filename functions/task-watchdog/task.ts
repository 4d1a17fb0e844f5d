import type { ReportTarget } from "../shared/job-contract.ts";
import type { StoppedTask } from "../shared/stopped-task.ts";
import type { TaskStateChange } from "./input.ts";

/** A task that works for one of the workflows, as its state-change event tells. */
export interface JobTask {
  readonly executionArn: string;
  readonly attempt: number;
  readonly report: ReportTarget;
  /** How it stopped, if it did. */
  readonly stop: StoppedTask;
}

/** @returns undefined for a task that no workflow has started */
export function jobTask(detail: TaskStateChange): JobTask | undefined {
  for (const { name, environment } of detail.overrides.containerOverrides) {
    const variables = new Map(environment.map((variable) => [variable.name, variable.value]));
    const executionArn = variables.get("EXECUTION_ARN");
    const report = reportTarget(variables);
    if (executionArn === undefined || report === undefined) {
      continue;
    }
    const container = detail.containers.find((candidate) => candidate.name === name);
    const { taskArn, stopCode, stoppedReason, startedAt, stoppedAt } = detail;
    const stop = { taskArn, exitCode: container?.exitCode, stopCode, stoppedReason, containerReason: container?.reason, startedAt, stoppedAt };
    return { executionArn, attempt: Number(variables.get("JOB_ATTEMPT")), report, stop };
  }
  return undefined;
}

function reportTarget(variables: ReadonlyMap<string, string>): ReportTarget | undefined {
  const callbackId = variables.get("CALLBACK_ID");
  const jobId = variables.get("JOB_ID");
  switch (variables.get("REPORT_TO")) {
    case "exit":
      return { to: "exit" };
    case "callback":
      return callbackId === undefined ? undefined : { to: "callback", callbackId };
    case "record":
      return jobId === undefined ? undefined : { to: "record", jobId };
    default:
      return undefined;
  }
}
