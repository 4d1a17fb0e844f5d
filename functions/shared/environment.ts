import * as z from "zod";
import { describeIssues } from "../../container/kit/issues.ts";

const seconds = z.coerce.number().int().positive();
const identifiers = z.string().transform((list) => list.split(",")).pipe(z.array(z.string().min(1)));

/** What every function that runs a job is told about the task. */
export const taskEnvironment = z.object({
  CLUSTER_ARN: z.string().min(1),
  /** ARN of each job's task definition. */
  JOBS: z.string().transform(parseJson).pipe(z.record(z.string(), z.string().min(1))),
  CONTAINER_NAME: z.string().min(1),
  SUBNET_IDS: identifiers,
  SECURITY_GROUP_IDS: identifiers,
  ASSIGN_PUBLIC_IP: z.enum(["ENABLED", "DISABLED"]),
  CAPACITY_PROVIDER: z.enum(["FARGATE", "FARGATE_SPOT"]),
  /** Upper bound of a job's processing time. */
  JOB_TIME_LIMIT_SECONDS: seconds,
  /** Seconds that an execution waits at most for capacity: 0 fails at the first refusal. */
  JOB_CAPACITY_WAIT_SECONDS: z.coerce.number().int().nonnegative(),
});

export type SharedTaskEnvironment = z.output<typeof taskEnvironment>;

/** The same for one job. */
export type TaskEnvironment = Omit<SharedTaskEnvironment, "JOBS"> & {
  readonly TASK_DEFINITION_ARN: string;
  /** Whether the job sends reports of its own; otherwise its exit code is all that there is. */
  readonly REPORTS: boolean;
  /** Tasks of the job at a time. */
  readonly MAX_TASKS?: number;
};

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("must be JSON");
    return z.NEVER;
  }
}

/** How often a job is run at most when the platform keeps taking it away: 1 is never again. */
export const maxAttempts = z.coerce.number().int().positive();

export const wholeSeconds = seconds;

export const wholeDays = z.coerce.number().int().positive();

/**
 * Reads the environment of a function, once, when its module loads.
 *
 * @throws Error naming every variable that is missing or wrong
 */
export function parseEnvironment<Schema extends z.ZodType>(schema: Schema, environment: NodeJS.ProcessEnv = process.env): z.output<Schema> {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    throw new Error(`Environment: ${describeIssues(parsed.error).join("; ")}`);
  }
  return parsed.data;
}
