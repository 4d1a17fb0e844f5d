import type { JobDeclaration, JobExample } from "../../container/kit/define-job.ts";
import { DECLARED_JOBS, JOB_NAMES } from "./declared-jobs.ts";
import type { Example } from "./workflow.ts";

/**
 * The examples that jobs declare, as examples of a workflow.
 *
 * @param returns how the workflow ends: with the job's exit code, with its report (of a job without the kit, that is the exit code), or
 * before the job does. The demo run, which sees executions alone, leaves the last out.
 */
export function jobExamples(returns: "exit code" | "report" | "at once") {
  return JOB_NAMES.flatMap((job) => {
    const { examples = [], reports }: JobDeclaration = DECLARED_JOBS[job];
    return examples.map((example) => ({
      title: `${job}, ${example.title}`,
      input: { job, input: example.input },
      ...(returns === "at once" ? { offer: ["console"] as const } : { expect: expected(example, returns === "exit code" || reports === "exit") }),
    }));
  });
}

function expected({ exitCode = 0 }: JobExample, byExitCode: boolean): NonNullable<Example["expect"]> {
  if (exitCode !== 0) return { status: "FAILED", error: { type: "JobFailed", ...(byExitCode && { message: new RegExp(`exit code ${exitCode}\\b`) }) } };
  return byExitCode ? { result: { exitCode } } : {};
}
