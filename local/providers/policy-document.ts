import * as z from "zod";

const principals = z.array(z.object({ type: z.string(), identifiers: z.array(z.string()) })).optional();
const texts = z.array(z.string()).optional();
const inputs = z.looseObject({
  policyId: z.string().optional(),
  version: z.string().default("2012-10-17"),
  sourcePolicyDocuments: z.array(z.string()).default([]),
  statements: z
    .array(
      z.object({
        sid: z.string().optional(),
        effect: z.string().default("Allow"),
        actions: texts,
        notActions: texts,
        resources: texts,
        notResources: texts,
        principals,
        notPrincipals: principals,
        conditions: z.array(z.object({ test: z.string(), variable: z.string(), values: z.array(z.string()) })).default([]),
      }),
    )
    .default([]),
});
const document = z.looseObject({ Statement: z.array(z.unknown()).default([]) });

/** `aws.iam.getPolicyDocument`: the JSON text of a policy's statements, and of the source documents before them. */
export function policyDocumentResult(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { policyId, version, sourcePolicyDocuments, statements } = inputs.parse(given);
  const sources = sourcePolicyDocuments.flatMap((text) => document.parse(JSON.parse(text)).Statement);
  const own = statements.map((each) => ({
    Sid: each.sid,
    Effect: each.effect,
    Principal: principalElement(each.principals),
    NotPrincipal: principalElement(each.notPrincipals),
    Action: each.actions,
    NotAction: each.notActions,
    Resource: each.resources,
    NotResource: each.notResources,
    Condition: conditionElement(each.conditions),
  }));
  const json = JSON.stringify({ Version: version, Id: policyId, Statement: [...sources, ...own] });
  return { ...given, id: "policy-document", json, minifiedJson: json };
}

function principalElement(given: z.output<typeof principals>): unknown {
  if (given === undefined) return undefined;
  if (given.some(({ type }) => type === "*")) return "*";
  const byType = Map.groupBy(given, ({ type }) => type);
  return Object.fromEntries([...byType].map(([type, each]) => [type, each.flatMap(({ identifiers }) => identifiers)]));
}

function conditionElement(conditions: readonly { test: string; variable: string; values: string[] }[]): unknown {
  if (conditions.length === 0) return undefined;
  const byTest = Map.groupBy(conditions, ({ test }) => test);
  return Object.fromEntries([...byTest].map(([test, each]) => [test, Object.fromEntries(each.map(({ variable, values }) => [variable, values]))]));
}
