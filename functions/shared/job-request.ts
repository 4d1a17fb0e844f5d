import * as z from "zod";
import { DECLARED_JOBS, DEFAULT_JOB, JOB_NAMES, type JobName, type JobRequest, timeLimitOf } from "./declared-jobs.ts";
import { WorkflowError } from "./errors.ts";
import { parseInput } from "./input.ts";
import { excessBytes, MAX_OVERRIDES_BYTES } from "./task-overrides.ts";

/**
 * The input of the job workflows: `{ job, input }` for any declared job, or the sample job's input alone.
 *
 * @param timeLimitSeconds of jobs that declare none
 */
export function jobRequest(timeLimitSeconds: number) {
  const named = JOB_NAMES.map((job) => z.strictObject({ job: z.literal(job), input: inputOf(job, timeLimitSeconds) }));
  const [first, ...others] = named;
  if (first === undefined) throw new Error("container/index.ts lists no job");
  const request = z.discriminatedUnion("job", [first, ...others], { error: `must be one of ${JOB_NAMES.join(", ")}` });
  return DEFAULT_JOB === undefined ? request : z.union([request, inputOf(DEFAULT_JOB, timeLimitSeconds)]);
}

/** Parser of that input. @param timeLimitSeconds of jobs that declare none */
export function jobRequestParser(timeLimitSeconds: number): (event: unknown) => JobRequest {
  return (event) => {
    const request = parse(event, timeLimitSeconds);
    assertFitsTask(request, isNamed(event) ? ["input"] : []);
    return request;
  };
}

/** Reads what an execution was asked to do, whatever the time limit of the job was then. @returns undefined for an input that is no request */
export function readJobRequest(event: unknown): JobRequest | undefined {
  try {
    return parse(event, Infinity);
  } catch {
    return undefined;
  }
}

/** By the one form that the event has, so that an error names the wrong field and not a form that was not meant. */
function parse(event: unknown, timeLimitSeconds: number): JobRequest {
  if (DEFAULT_JOB !== undefined && !isNamed(event)) return { job: DEFAULT_JOB, input: parseInput(inputOf(DEFAULT_JOB, timeLimitSeconds), event) };
  const { job } = parseInput(z.object({ job: z.enum(JOB_NAMES, `must be one of ${JOB_NAMES.join(", ")}`) }), event);
  return parseInput(z.strictObject({ job: z.literal(job), input: inputOf(job, timeLimitSeconds) }), event);
}

function inputOf(job: JobName, timeLimitSeconds: number): z.ZodType {
  return DECLARED_JOBS[job].input({ timeLimitSeconds: timeLimitOf(job, timeLimitSeconds) });
}

const isNamed = (event: unknown): event is { job: unknown } => typeof event === "object" && event !== null && "job" in event;

/** @throws WorkflowError `InvalidInput` for an input that RunTask would refuse as too long, naming its longest text */
export function assertFitsTask(request: JobRequest, path: readonly string[] = []): void {
  const excess = excessBytes(request);
  if (excess > 0) {
    const [longest] = texts(request.input, path).sort((a, b) => b.bytes - a.bytes).map((text) => text.path);
    throw new WorkflowError(
      "InvalidInput",
      `${longest ?? "(input)"}: ${excess} bytes too long once the input is encoded for the task; ECS takes ${MAX_OVERRIDES_BYTES} bytes of overrides in all, and escapes count`,
    );
  }
}

/** Every text of a value by its path, with its length as JSON. */
function texts(value: unknown, path: readonly string[]): { path: string; bytes: number }[] {
  if (typeof value === "string") {
    return [{ path: path.join("."), bytes: Buffer.byteLength(JSON.stringify(JSON.stringify(value))) }];
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, each]) => texts(each, [...path, key]));
}
