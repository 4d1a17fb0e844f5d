import * as z from "zod";
import { describeIssues } from "./issues.ts";
import type { ReportTarget } from "./contract.ts";

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

export type Environment = z.output<typeof environment> & { readonly JOB_INPUT: unknown };

/** Schema of the job's input. */
export type JobSchema = (limits: { timeLimitSeconds: number }) => z.ZodType;

/** @throws Error naming every variable, and every field of the input, that is missing or wrong */
export function readEnvironment(variables: NodeJS.ProcessEnv, schema: JobSchema): Environment {
  // Work that takes longer is ended at the time limit, whatever its input has announced.
  const input = schema({ timeLimitSeconds: Infinity });
  const parsed = environment.and(z.object({ JOB_INPUT: jobInputText.pipe(input) })).safeParse(variables);
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
