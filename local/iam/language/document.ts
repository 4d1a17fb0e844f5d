import * as z from "zod";
import type { PolicyDocument } from "../../declarations.ts";

const texts = z.union([z.string(), z.array(z.string()).min(1)]);
const principal = z.union([z.literal("*"), z.record(z.string(), texts)]);
/** AWS takes numbers and booleans without quotation marks too. */
const conditionValue = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Resource: texts.optional(),
  NotResource: texts.optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.union([conditionValue, z.array(conditionValue)]))).optional(),
});

/** The elements of a policy (IAM User Guide, "Grammar of the IAM JSON policy language"). Any other element is refused by name. */
export const policyElements: z.ZodType<PolicyDocument> = z.strictObject({
  Version: z.enum(["2008-10-17", "2012-10-17"]).optional(),
  Id: z.string().optional(),
  Statement: z.union([z.array(statement), statement.transform((only) => [only])]),
});
