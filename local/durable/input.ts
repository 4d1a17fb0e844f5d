import * as z from "zod";
import { AwsError } from "../errors.ts";
import { requireTypes } from "../gateway/input.ts";
import { parseJson } from "../gateway/json-protocol.ts";
import { errorObjectSchema } from "./error-object.ts";
import { EXECUTION_STATUSES } from "./status.ts";

const LONGEST_SECONDS = 31_622_400;
const LONGEST_TIMEOUT_SECONDS = 99_999_999;

const operationId = z.string().min(1).max(64).regex(/^[a-zA-Z0-9_-]+$/);
const seconds = z.int().min(1).max(LONGEST_SECONDS);
const timeout = z.int().min(0).max(LONGEST_TIMEOUT_SECONDS).optional();

const updateSchema = z.object({
  // Left to the state machine, which has messages of its own for a missing id, an unknown type and a wrong action.
  Id: operationId.optional(),
  Type: z.string(),
  Action: z.string(),
  ParentId: operationId.optional(),
  Name: z.string().min(1).max(256).regex(/^[\x20-\x7E]+$/).optional(),
  SubType: z.string().min(1).max(32).regex(/^[a-zA-Z0-9_-]+$/).optional(),
  Payload: z.string().optional(),
  Error: errorObjectSchema.optional(),
  ContextOptions: z.object({ ReplayChildren: z.boolean().optional() }).optional(),
  StepOptions: z.object({ NextAttemptDelaySeconds: seconds.optional() }).optional(),
  WaitOptions: z.object({ WaitSeconds: seconds.optional() }).optional(),
  CallbackOptions: z.object({ TimeoutSeconds: timeout, HeartbeatTimeoutSeconds: timeout }).optional(),
  ChainedInvokeOptions: z.object({ FunctionName: z.string().min(1).max(200).optional(), TenantId: z.string().max(256).optional() }).optional(),
});

const checkpointToken = z.string().min(1).max(2048).regex(/^[A-Za-z0-9+/]+={0,2}$/);

const clientToken = z.string().min(1).max(64).regex(/^[\x21-\x7E]+$/).optional();

/** A checkpoint but for the execution's ARN, as it comes over the wire. */
export const checkpointSchema = z.object({
  CheckpointToken: checkpointToken,
  ClientToken: clientToken,
  Updates: z.array(updateSchema).optional(),
});

const DEFAULT_ITEMS = 100;

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const maxItems = z.coerce
  .number()
  .pipe(z.int().min(0).max(1000))
  // 0 is allowed by the shape of the API and means nothing else.
  .transform((count) => count || DEFAULT_ITEMS)
  .default(DEFAULT_ITEMS);
const marker = z.string().min(1).optional();
const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

export const getSchema = z.object({ IncludeExecutionData: flag.default(true) });
export const historySchema = z.object({ IncludeExecutionData: flag.default(true), ReverseOrder: flag.default(false), MaxItems: maxItems, Marker: marker });
export const stateSchema = z.object({ CheckpointToken: checkpointToken, MaxItems: maxItems, Marker: marker });
export const listSchema = z.object({
  Qualifier: z.string().min(1).optional(),
  DurableExecutionName: z.string().min(1).max(64).regex(/^[a-zA-Z0-9_-]+$/).optional(),
  Statuses: z.array(z.enum(EXECUTION_STATUSES)).optional(),
  StartedAfter: moment.optional(),
  StartedBefore: moment.optional(),
  ReverseOrder: flag.default(false),
  MaxItems: maxItems,
  Marker: marker,
});

export const resumeSchema = z.object({ ClientToken: clientToken, Reason: z.string().max(1024).optional() });
export const pauseSchema = resumeSchema.extend({ ExecutionTimeoutPaused: z.boolean().default(true) });

/** A body that is an error object itself; none means an empty one. */
export const errorBodySchema = errorObjectSchema;

/** @throws AwsError ValidationException, SerializationException */
export function parseBody<Output>(schema: z.ZodType<Output>, body: Buffer): Output {
  return parse(schema, parseJson(body), requireTypes);
}

/**
 * @param lists names of the parameters that may be repeated
 * @throws AwsError ValidationException
 */
export function parseQuery<Output>(schema: z.ZodType<Output>, query: URLSearchParams, lists: readonly string[] = []): Output {
  const values: Record<string, string | string[]> = Object.fromEntries(query);
  for (const name of lists) if (query.has(name)) values[name] = query.getAll(name);
  return parse(schema, values);
}

/**
 * @param check throws for faults that are more than a wrong member
 * @throws AwsError ValidationException naming every wrong member
 */
export function parse<Output>(schema: z.ZodType<Output>, value: unknown, check?: (issues: readonly z.core.$ZodIssue[]) => void): Output {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  check?.(parsed.error.issues);
  const faults = parsed.error.issues.map((issue) => `${subject(issue)} failed to satisfy constraint: ${constraint(issue)}`);
  throw new AwsError(
    "ValidationException",
    `${faults.length} validation error${faults.length === 1 ? "" : "s"} detected: ${faults.join("; ")}`,
  );
}

/** Such as `Value '0' at 'updates.1.member.waitOptions.waitSeconds'`: members count from one. */
function subject({ path, input }: z.core.$ZodIssue): string {
  const place = path
    .map((part) => (typeof part === "number" ? `${part + 1}.member` : part.toString().replace(/^./, (first) => first.toLowerCase())))
    .join(".");
  const shown = typeof input === "string" || typeof input === "number" || typeof input === "boolean" ? `'${String(input)}'` : "null";
  return `Value ${input === undefined ? "null" : shown} at '${place || "body"}'`;
}

function constraint(issue: z.core.$ZodIssue): string {
  if (issue.input === undefined) return "Member must not be null";
  switch (issue.code) {
    case "too_small":
      return `Member must have ${issue.origin === "string" ? "length" : "value"} greater than or equal to ${String(issue.minimum)}`;
    case "too_big":
      return `Member must have ${issue.origin === "string" ? "length" : "value"} less than or equal to ${String(issue.maximum)}`;
    case "invalid_format":
      return `Member must satisfy regular expression pattern: ${issue.pattern ?? issue.format}`;
    case "invalid_value":
      return `Member must satisfy enum value set: [${issue.values.map(String).join(", ")}]`;
    default:
      return issue.message;
  }
}
