import * as z from "zod";
import type { ReportTarget } from "../../container/kit/contract.ts";
import type { StoppedTask } from "./stopped-task.ts";

const time = z.union([z.string(), z.date().transform((date) => date.toISOString())]).optional();

/** A task as ECS describes it in its state-change events and by DescribeTasks. Both carry much more: only what is used is parsed. */
export const taskState = z.object({
  taskArn: z.string(),
  lastStatus: z.string(),
  desiredStatus: z.string().optional(),
  stopCode: z.string().optional(),
  stoppedReason: z.string().optional(),
  createdAt: time,
  startedAt: time,
  stoppedAt: time,
  containers: z.array(z.object({ name: z.string(), exitCode: z.number().optional(), reason: z.string().optional() })).default([]),
  overrides: z
    .object({
      containerOverrides: z
        .array(
          z.object({
            name: z.string(),
            environment: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
          }),
        )
        .default([]),
    })
    .default({ containerOverrides: [] }),
});

export type TaskState = z.output<typeof taskState>;

/** A task that works for one of the workflows. */
export interface JobTask {
  readonly executionArn: string;
  readonly attempt: number;
  readonly report: ReportTarget;
  /** The job sends no report of its own: its exit code is all that there is. */
  readonly byExitCode: boolean;
  /** Seconds, from the task's own overrides: a deployment doesn't change the limit of a task that runs. */
  readonly timeLimitSeconds: number;
  /** How it stopped, if it did. */
  readonly stop: StoppedTask;
}

/** @returns undefined for a task that no workflow has started */
export function jobTask(task: TaskState): JobTask | undefined {
  for (const { name, environment } of task.overrides.containerOverrides) {
    const variables = new Map(environment.map((variable) => [variable.name, variable.value]));
    const executionArn = variables.get("EXECUTION_ARN");
    const report = reportTarget(variables);
    if (executionArn === undefined || report === undefined) {
      continue;
    }
    const container = task.containers.find((candidate) => candidate.name === name);
    const { taskArn, stopCode, stoppedReason, startedAt, stoppedAt } = task;
    return {
      executionArn,
      attempt: Number(variables.get("JOB_ATTEMPT")),
      report,
      byExitCode: variables.get("JOB_REPORTS") === "exit",
      timeLimitSeconds: Number(variables.get("JOB_TIME_LIMIT_SECONDS")),
      stop: { taskArn, exitCode: container?.exitCode, stopCode, stoppedReason, containerReason: container?.reason, startedAt, stoppedAt },
    };
  }
  return undefined;
}

function reportTarget(variables: ReadonlyMap<string, string>): ReportTarget | undefined {
  const callbackId = variables.get("CALLBACK_ID");
  const endCallbackId = variables.get("END_CALLBACK_ID");
  const jobId = variables.get("JOB_ID");
  switch (variables.get("REPORT_TO")) {
    case "exit":
      return { to: "exit", endCallbackId };
    case "callback":
      return callbackId === undefined ? undefined : { to: "callback", callbackId };
    case "record":
      return jobId === undefined ? undefined : { to: "record", jobId };
    default:
      return undefined;
  }
}
