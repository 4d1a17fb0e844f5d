import * as jobs from "../../container/index.ts";
import type { JobDeclaration } from "../../container/kit/define-job.ts";

export type JobName = keyof typeof jobs;

/** What a job is asked to do. */
export interface JobRequest {
  readonly job: JobName;
  readonly input: unknown;
}

export const DECLARED_JOBS: Readonly<Record<JobName, JobDeclaration>> = jobs;
export const JOB_NAMES = Object.keys(jobs) as readonly JobName[];

/** The job that an input without `job` is for, if it is declared. */
export const DEFAULT_JOB = JOB_NAMES.find((name) => name === "sample");

/** Reports whether a job of this name is declared. */
export function isJob(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}

/** The longest time that an attempt at a job may take. @param ofSettings for a job that declares none */
export function timeLimitOf(job: JobName, ofSettings: number): number {
  return DECLARED_JOBS[job].timeLimitSeconds ?? ofSettings;
}
