import type * as z from "zod";

/** What every job declares, besides how its end is known. Left out, the stack's setting of the same meaning holds (`jobCpu`, `jobTimeLimitSeconds`, …). */
interface CommonOptions<Input> {
  readonly description: string;
  /** Schema of the input, or a function that makes it from the job's time limit. */
  readonly input: z.ZodType<Input> | InputSchema<Input>;
  /** CPU units; 1,024 are one vCPU. */
  readonly cpu?: number;
  /** MiB. */
  readonly memory?: number;
  /** Of image and task; `arm64` unless declared. */
  readonly architecture?: "arm64" | "amd64";
  readonly capacityProvider?: "FARGATE" | "FARGATE_SPOT";
  readonly timeLimitSeconds?: number;
  /** Tasks of this job at a time; further starts wait as for capacity. Approximate: workflows that start at the same time may exceed it. */
  readonly maxTasks?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Environment variables with the value of a secret. ECS fetches the values when the task starts. */
  readonly secrets?: Readonly<Record<string, JobSecret>>;
  /** What the task role is allowed to do, by the statement's Sid. */
  readonly permissions?: Readonly<Record<string, JobPermission>>;
  /** Whether the image's files can't be changed while it runs: true for jobs with the kit, false for any other image unless declared. */
  readonly readonlyRootFilesystem?: boolean;
  /** Stands in for entry point and command of the image on a machine that runs no containers. */
  readonly local?: { readonly command: readonly string[] };
  /** The demo run runs them by `poll-job` and `callback-job`, and the console offers them. */
  readonly examples?: readonly JobExample<NoInfer<Input>>[];
  /** Passes the input to the image. Left out, the variable `JOB_INPUT` holds the input as JSON. */
  run?(input: Input): JobRun;
}

/** A job that uses the kit reports its result, its failure and its heartbeats. */
interface KitOptions<Input> extends CommonOptions<Input> {
  readonly reports: "kit";
  readonly heartbeatSeconds?: number;
  readonly heartbeatTimeoutSeconds?: number;
}

/** Any image: the exit code of its container is the report. */
interface ExitOptions<Input> extends CommonOptions<Input> {
  readonly reports: "exit";
}

/**
 * A parameter of Systems Manager, or a secret of Secrets Manager, without the name of the stack that it begins with: `{ ssm: "token" }` is
 * the parameter `<project>-<stack>-token`.
 */
export type JobSecret = { readonly ssm: string } | { readonly secretsManager: string };

/** Resources may hold `${AWS::Partition}`, `${AWS::Region}` and `${AWS::AccountId}`, as in CloudFormation. */
export interface JobPermission {
  readonly actions: readonly `${string}:${string}`[];
  readonly resources: readonly string[];
}

export interface JobExample<Input = unknown> {
  readonly title: string;
  readonly input: Input;
  /** With which the job ends on this input: 0 where left out. */
  readonly exitCode?: number;
}

/** What differs from the image's own command and environment. */
export interface JobRun {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export type InputSchema<Input> = (limits: { readonly timeLimitSeconds: number }) => z.ZodType<Input>;

export type JobOptions<Input> = KitOptions<Input> | ExitOptions<Input>;

/** A declared job: what `container/index.ts` lists. */
export type JobDeclaration<Input = unknown> = JobOptions<Input> & { readonly input: InputSchema<Input> };

/** Declares the job of a folder. Cheap to import: the infrastructure and the workflows read the declaration. */
export function defineJob<Input>(options: JobOptions<Input>): JobDeclaration<Input> {
  const { input } = options;
  return { ...options, input: typeof input === "function" ? input : () => input };
}
