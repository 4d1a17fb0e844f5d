import type { JobDeclaration } from "../../container/kit/define-job.ts";
import { DECLARED_JOBS, type JobName, timeLimitOf } from "./declared-jobs.ts";
import type { SharedTaskEnvironment, TaskEnvironment } from "./environment.ts";
import { WorkflowError } from "./errors.ts";

/** The environment of a function for one job. */
export type JobEnvironment<Environment extends SharedTaskEnvironment> = Omit<Environment, "JOBS"> & TaskEnvironment;

/**
 * Narrows the environment of a function to one job: what the job declares goes before the stack's settings.
 *
 * @throws WorkflowError `InvalidInput` for a job that has no task definition
 */
export function environmentOf<Environment extends SharedTaskEnvironment>({ JOBS, ...environment }: Environment, job: JobName): JobEnvironment<Environment> {
  const declared: JobDeclaration = DECLARED_JOBS[job];
  const taskDefinitionArn = JOBS[job];
  if (taskDefinitionArn === undefined) throw new WorkflowError("InvalidInput", `job: ${job} is not deployed`);
  const heartbeatTimeout = declared.reports === "kit" ? declared.heartbeatTimeoutSeconds : undefined;
  return {
    ...environment,
    TASK_DEFINITION_ARN: taskDefinitionArn,
    REPORTS: declared.reports === "kit",
    CAPACITY_PROVIDER: declared.capacityProvider ?? environment.CAPACITY_PROVIDER,
    JOB_TIME_LIMIT_SECONDS: timeLimitOf(job, environment.JOB_TIME_LIMIT_SECONDS),
    MAX_TASKS: declared.maxTasks,
    ...(heartbeatTimeout !== undefined && { HEARTBEAT_TIMEOUT_SECONDS: heartbeatTimeout }),
  };
}
