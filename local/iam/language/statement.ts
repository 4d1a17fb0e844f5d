import type { PolicyStatement } from "../../declarations.ts";
import { type Condition, condition } from "./condition.ts";
import { PolicyFault } from "./fault.ts";
import { allBut, type Naming, principals, type Requester } from "./principal.ts";
import type { RequestContext } from "./request-context.ts";
import { isVariable, resolve, RESOURCE_WILDCARDS, separatorsBefore, STRING_WILDCARDS, template } from "./template.ts";
import { matches, type Pattern } from "./wildcards.ts";

/** Identity policies, boundaries and session policies; policies of resources; trust policies of roles. */
export type PolicyKind = "identity" | "resource" | "trust";

/** A request that policies decide about. */
export interface PolicyRequest {
  readonly requester: Requester;
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
  readonly hasBoundary: boolean;
}

/** A statement, ready to be evaluated. */
export interface Statement {
  readonly source: PolicyStatement;
  isAbout(action: string): boolean;
  /** How the statement names the requester, if it applies to the request. Statements of identity policies name nobody else. */
  applies(request: PolicyRequest): Naming | undefined;
}

/** @throws PolicyFault naming the element */
export function readStatement(source: PolicyStatement, kind: PolicyKind, hasVariables: boolean): Statement {
  if (kind !== "resource" && !/^[A-Za-z0-9]*$/.test(source.Sid ?? "")) throw new PolicyFault(`Sid: "${source.Sid}" has other characters than letters and digits`);
  const isAbout = readActions(source, kind);
  const isOn = readResources(source, kind, hasVariables);
  const naming = readPrincipals(source, kind);
  const conditions = readConditions(source, hasVariables);
  return {
    source,
    isAbout,
    applies: (request) => {
      if (!isAbout(request.action) || !isOn(request.resource, request.context)) return undefined;
      const named = naming(request);
      return named !== undefined && conditions.every((holds) => holds(request.context)) ? named : undefined;
    },
  };
}

function readActions(source: PolicyStatement, kind: PolicyKind): (action: string) => boolean {
  const [element, texts] = oneOf(source, "Action", "NotAction");
  const patterns = inElement(element, () =>
    texts.map((text) => {
      // The grammar takes wildcards in the name of an action, not in its service.
      if (text !== "*" && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?-]+$/.test(text)) throw new PolicyFault(`"${text}" is not an action of the form service:Name`);
      if (kind === "trust" && !/^sts:/i.test(text)) throw new PolicyFault(`"${text}" is not an action of STS, as those of trust policies are`);
      return fixedPattern(template(text.toLowerCase(), STRING_WILDCARDS, false));
    }),
  );
  return (action) => patterns.some((pattern) => matches(pattern, action.toLowerCase())) === (element === "Action");
}

function readResources(source: PolicyStatement, kind: PolicyKind, hasVariables: boolean): (resource: string, context: RequestContext) => boolean {
  const { Resource, NotResource } = source;
  if (kind === "trust") {
    if (Resource !== undefined || NotResource !== undefined) throw new PolicyFault("Resource: a trust policy has none");
    return () => true;
  }
  // A resource's own policy is about that resource where it names none.
  if (kind === "resource" && Resource === undefined && NotResource === undefined) return () => true;
  const [element, texts] = oneOf(source, "Resource", "NotResource");
  const patterns = inElement(element, () => texts.map((text) => readResource(text, hasVariables)));
  if (element === "Resource") return (resource, context) => patterns.some((pattern) => matchesResource(pattern, resource, context) === true);
  // A variable that cannot be resolved makes the statement invalid.
  return (resource, context) => patterns.every((pattern) => matchesResource(pattern, resource, context) === false);
}

type ResourcePattern = (context: RequestContext) => Pattern | undefined;

function readResource(text: string, hasVariables: boolean): ResourcePattern {
  const parts = template(text, RESOURCE_WILDCARDS, hasVariables);
  if (text !== "*" && !/^arn:[a-z*?-]+:[a-z0-9-]+:/.test(text)) throw new PolicyFault(`"${text}" is neither "*" nor an ARN that names its partition and service`);
  if (hasVariables && /\$\{[^*?$}]/.test(text) && separatorsBefore(text, text.search(/\$\{[^*?$}]/)) < 5) throw new PolicyFault(`"${text}" has a policy variable before the fifth colon`);
  if (text !== "*" && separatorsBefore(text, text.length) < 5 && !text.endsWith("*")) throw new PolicyFault(`"${text}" is not an ARN of six components`);
  if (/^arn:[^:]*:iam::[^:]*:[^/]*[*?]/.test(text) && !text.endsWith(":*")) throw new PolicyFault(`"${text}" has a wildcard in the resource type, where IAM takes none`);
  if (parts.some(isVariable)) return (context) => resolve(parts, context);
  const pattern = fixedPattern(parts);
  return () => pattern;
}

function matchesResource(resourcePattern: ResourcePattern, resource: string, context: RequestContext): boolean | undefined {
  const pattern = resourcePattern(context);
  return pattern && matches(pattern, resource);
}

function readPrincipals({ Effect, Principal, NotPrincipal }: PolicyStatement, kind: PolicyKind): (request: PolicyRequest) => Naming | undefined {
  if (kind === "identity") {
    if (Principal !== undefined || NotPrincipal !== undefined) throw new PolicyFault("Principal: an identity policy has none");
    return () => "itself";
  }
  if (Principal !== undefined && NotPrincipal === undefined) {
    const naming = inElement("Principal", () => principals(Principal));
    return ({ requester }) => naming(requester);
  }
  if (NotPrincipal === undefined) throw new PolicyFault("Principal: is missing");
  if (Principal !== undefined) throw new PolicyFault("has both Principal and NotPrincipal");
  if (kind === "trust" || Effect === "Allow") throw new PolicyFault("NotPrincipal: AWS takes it in a Deny of a resource's policy only");
  const isDenied = inElement("NotPrincipal", () => allBut(NotPrincipal));
  return ({ requester, hasBoundary }) => (isDenied(requester, hasBoundary) ? "itself" : undefined);
}

function readConditions({ Condition: operators = {} }: PolicyStatement, hasVariables: boolean): Condition[] {
  return Object.entries(operators).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => inElement(`Condition.${operator}`, () => condition(operator, key, [values].flat(), hasVariables))),
  );
}

function oneOf<T extends "Action" | "Resource">(source: PolicyStatement, name: T, notName: `Not${T}`): [T | `Not${T}`, readonly string[]] {
  const texts = source[name];
  const notTexts = source[notName];
  if (texts !== undefined && notTexts !== undefined) throw new PolicyFault(`has both ${name} and ${notName}`);
  if (texts !== undefined) return [name, [texts].flat()];
  if (notTexts !== undefined) return [notName, [notTexts].flat()];
  throw new PolicyFault(`${name}: is missing`);
}

/** Runs and puts the element's name before what it refuses. */
function inElement<T>(element: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof PolicyFault ? new PolicyFault(`${element}: ${error.message}`) : error;
  }
}

function fixedPattern(parts: ReturnType<typeof template>): Pattern {
  return resolve(parts, new Map()) ?? [];
}
