import * as z from "zod";
import { list, type Subject } from "./rule.ts";

const strings = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat()).optional();
const statement = z.object({
  Sid: z.string().default("without Sid"),
  Effect: z.enum(["Allow", "Deny"]),
  Action: strings,
  NotAction: strings,
  Resource: strings,
  NotResource: strings,
  Principal: z.union([z.literal("*").transform(() => ({ AWS: ["*"] })), z.record(z.string(), z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat()))]).optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat()))).optional(),
});
const document = z.object({ Statement: z.union([statement.transform((only) => [only]), z.array(statement)]) });

/** A statement of a policy; what may be one value or a list is a list. */
export type Statement = z.output<typeof statement>;

/**
 * The statements of a resource that allow something, from all of its policies. Denials can only narrow what these allow.
 *
 * @throws Error for a policy that is not one
 */
export function allowances({ type, props }: Subject): Statement[] {
  if (!type.startsWith("aws:")) return [];
  const inline = list(props.inlinePolicies).map((policy) => (policy as { policy?: unknown }).policy);
  return [props.policy, props.assumeRolePolicy, ...inline]
    .filter((policy) => policy !== undefined && policy !== null)
    .flatMap((policy) => document.parse(typeof policy === "string" ? JSON.parse(policy) : policy).Statement)
    .filter(({ Effect }) => Effect === "Allow");
}
