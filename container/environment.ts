import * as z from "zod";
import { describeIssues } from "../functions/shared/issues.ts";
import { jobInput, type ReportTarget } from "../functions/shared/job-contract.ts";

const attempt = z.coerce.number().int().positive();
const seconds = z.coerce.number().positive();

const jobInputText = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue("must be JSON");
    return z.NEVER;
  }
});

const common = z.object({
  JOB_INPUT: jobInputText.pipe(jobInput),
  JOB_ATTEMPT: attempt,
  JOB_TIME_LIMIT_SECONDS: seconds,
  JOB_HEARTBEAT_SECONDS: seconds,
  JOB_TABLE_NAME: z.string().min(1),
  EXECUTION_ARN: z.string().min(1),
});

const environment = z.discriminatedUnion("REPORT_TO", [
  common.extend({ REPORT_TO: z.literal("exit") }),
  common.extend({ REPORT_TO: z.literal("callback"), CALLBACK_ID: z.string().min(1) }),
  common.extend({ REPORT_TO: z.literal("record"), JOB_ID: z.string().min(1) }),
]);

export type Environment = z.output<typeof environment>;

/** @throws Error naming every variable that is missing or wrong */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const parsed = environment.safeParse(variables);
  if (!parsed.success) {
    throw new Error(`Environment: ${describeIssues(parsed.error).join("; ")}`);
  }
  return parsed.data;
}

/** Whom the job reports to. */
export function reportTarget(from: Environment): ReportTarget {
  switch (from.REPORT_TO) {
    case "exit":
      return { to: "exit" };
    case "callback":
      return { to: "callback", callbackId: from.CALLBACK_ID };
    case "record":
      return { to: "record", jobId: from.JOB_ID };
  }
}
