import { DECLARED_JOBS, JOB_NAMES } from "./declared-jobs.ts";

/** The examples that jobs declare, as examples of a workflow that returns the exit code. */
export function jobExamples() {
  return JOB_NAMES.flatMap((job) =>
    (DECLARED_JOBS[job].examples ?? []).map(({ title, input }) => ({ title: `${job}, ${title}`, input: { job, input }, expect: { result: { exitCode: 0 } } })),
  );
}
