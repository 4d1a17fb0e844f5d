import { allowances } from "./iam-statements.ts";
import { list, type Rule, type Subject } from "./rule.ts";

/** Inputs that say what gets started, by type. */
const TARGETS: Readonly<Record<string, (props: Subject["props"]) => readonly unknown[]>> = {
  "aws:scheduler/schedule:Schedule": ({ target }) => [(target as { arn?: unknown } | undefined)?.arn],
  "aws:cloudwatch/eventTarget:EventTarget": ({ arn }) => [arn],
  "aws:lambda/eventSourceMapping:EventSourceMapping": ({ functionName }) => [functionName],
  "aws:lambda/permission:Permission": ({ function: name, qualifier }) => [typeof qualifier === "string" ? `function:${String(name)}:${qualifier}` : name],
};

/** Types whose target may be something else than a function, and is one only by its ARN. */
const MIXED = new Set(["aws:scheduler/schedule:Schedule", "aws:cloudwatch/eventTarget:EventTarget"]);

export const qualifiedTargets: Rule = {
  name: "qualified-targets",
  description: "Functions are started by version or alias. Durable functions cannot be started otherwise, and an execution started on $LATEST would change under way.",
  faults: (subject) => [...targets(subject), ...invocations(subject), ...versions(subject)],
};

function targets({ type, props }: Subject): string[] {
  return (TARGETS[type]?.(props) ?? [])
    .filter((target) => typeof target === "string")
    .filter((target) => !MIXED.has(type) || target.includes(":lambda:"))
    .filter((target) => !isQualified(target))
    .map((target) => `starts ${target}; use the ARN of a version or alias`);
}

function invocations(subject: Subject): string[] {
  return allowances(subject)
    .filter(({ Action = [] }) => Action.includes("lambda:InvokeFunction"))
    .flatMap(({ Sid, Resource = [] }) => Resource.filter((resource) => !isQualified(resource)).map((resource) => `${Sid} allows to start ${resource}; use the ARN of a version or alias`));
}

function versions({ type, props }: Subject): string[] {
  if (type === "aws:lambda/function:Function") return list(props.durableConfig).length > 0 && props.publish !== true ? ["is durable and has no versions; use publish"] : [];
  return type === "aws:lambda/alias:Alias" && props.functionVersion === "$LATEST" ? ["points to $LATEST; use a published version"] : [];
}

/** Whether an ARN, or the part behind `lambda:<region>:<account>:`, ends in a version or alias. */
function isQualified(target: string): boolean {
  const qualifier = /(?:^|:)function:[^:]+:([^:]+)$/.exec(target)?.[1];
  return qualifier !== undefined && qualifier !== "$LATEST";
}
