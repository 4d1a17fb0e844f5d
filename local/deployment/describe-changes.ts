import { isDeepStrictEqual } from "node:util";
import type { StackDeclaration } from "../declarations.ts";

/** How resources are named in a line for the person at the terminal, by kind. Images, aliases and policies change with these. */
const KINDS = ["roles", "clusters", "scheduleGroups", "schedules", "rules", "queues", "tables", "logGroups"] as const;

/** What has changed between two declarations, in few words: empty for equal ones. */
export function describeChanges(before: StackDeclaration, after: StackDeclaration): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  const named = (declaration: StackDeclaration) => [
    ...declaration.functions.map((each) => ({ name: each.functionName, label: `${each.functionName}:${each.version}`, content: each })),
    ...declaration.taskDefinitions.map((each) => ({ name: each.family, label: `${each.family}:${each.revision}`, content: each })),
    ...KINDS.flatMap((kind) => declaration[kind].map((each) => ({ name: each.arn, label: each.name, content: each }))),
  ];
  const [old, current] = [new Map(named(before).map((each) => [each.name, each])), new Map(named(after).map((each) => [each.name, each]))];
  const changed = [...current.values()].filter(({ name, content }) => !isDeepStrictEqual(old.get(name)?.content, content)).map(({ label }) => label);
  const removed = [...old.values()].filter(({ name }) => !current.has(name)).map(({ label }) => `${label} removed`);
  const all = [...changed, ...removed];
  return all.length > 0 ? all : ["permissions"];
}
