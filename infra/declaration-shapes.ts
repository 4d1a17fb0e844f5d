import * as z from "zod";
import { RIGHTS } from "../functions/shared/workflow.ts";

// Node strips types without checking them, so that a misspelled field would be ignored until somebody runs the type check.

const text = z.string().min(1);
const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) => z.number().int().min(min).max(max);
const texts = z.record(z.string(), z.string());
/** A function, or anything else that has fields of its own. */
const given = z.custom<object>((value) => typeof value === "function" || (typeof value === "object" && value !== null), "must be given");

const workflowExample = z.strictObject({
  title: text,
  input: z.unknown(),
  offer: z.array(z.enum(["demo", "console"])).optional(),
  expect: z
    .strictObject({
      status: z.enum(["SUCCEEDED", "FAILED"]).optional(),
      error: z.strictObject({ type: text, message: z.instanceof(RegExp).optional() }).optional(),
      result: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});

const right = z.enum(RIGHTS, { error: ({ input }) => `there is no ${JSON.stringify(input)}; use ${RIGHTS.join(", ")}, or add one to functions/shared/workflow.ts and infra/rights.ts` });

/** A workflow whose settings are resolved. Bounds: Lambda's API Reference, DurableConfig and Timeout. */
export const workflowShape = z.strictObject({
  description: text,
  input: given,
  errors: z.record(text, z.enum(["caller", "operator"])).optional(),
  durable: z.union([z.literal(false), z.strictObject({ timeoutSeconds: wholeNumber(1, 31_622_400) })], "must be { timeoutSeconds: 1 to 31,622,400 (366 days) }, or false for a plain function"),
  timeoutSeconds: wholeNumber(1, 900).optional(),
  reservedConcurrency: wholeNumber(0).optional(),
  environment: given.optional(),
  needs: z.array(right).optional(),
  schedule: z.strictObject({ expression: text, timeZone: text.optional(), flexibleWindowMinutes: wholeNumber(0, 1440).optional() }).optional(),
  // The first one starts the console's form.
  examples: z.array(workflowExample).min(1),
});

/** A job. The fields that stand for settings are judged as these. */
export const jobShape = z.strictObject({
  description: text,
  input: given,
  reports: z.enum(["kit", "exit"]),
  cpu: z.number().optional(),
  memory: z.number().optional(),
  architecture: z.enum(["arm64", "amd64"]).optional(),
  capacityProvider: z.string().optional(),
  timeLimitSeconds: z.number().optional(),
  heartbeatSeconds: z.number().optional(),
  heartbeatTimeoutSeconds: z.number().optional(),
  maxTasks: z.number().optional(),
  readonlyRootFilesystem: z.boolean().optional(),
  environment: texts.optional(),
  secrets: z.record(z.string(), z.union([z.strictObject({ ssm: text }), z.strictObject({ secretsManager: text })], "must be { ssm: name } or { secretsManager: name }")).optional(),
  permissions: z.record(z.string(), z.strictObject({ actions: z.array(text), resources: z.array(text) })).optional(),
  local: z.strictObject({ command: z.array(z.string()).min(1) }).optional(),
  examples: z.array(z.strictObject({ title: text, input: z.unknown(), exitCode: wholeNumber(0, 255).optional() })).optional(),
  run: given.optional(),
});
