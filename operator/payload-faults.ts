import * as z from "zod";
import type { JsonSchema } from "./workflows.ts";

type Issue = z.core.$ZodIssue;

/**
 * Checks a payload by the JSON Schema of a workflow's input.
 *
 * @param schema takes any JSON when absent
 * @returns `path: what is wrong`, one entry for each wrong field; nothing for a payload that the schema takes
 */
export function payloadFaults(text: string, schema: JsonSchema | undefined): string[] {
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch (error) {
    return [`Not JSON: ${(error as Error).message}`];
  }
  if (schema === undefined) return [];
  const { error } = z.fromJSONSchema(schema).safeParse(payload);
  return (error?.issues ?? []).flatMap((issue) => describe(issue, schema));
}

function describe(issue: Issue, schema: JsonSchema, parent: readonly PropertyKey[] = []): string[] {
  const path = [...parent, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `${[...path, key].join(".")}: unknown field`);
  if (issue.code === "invalid_union") {
    const closest = closestTo(issue.errors);
    if (closest.length > 0) return closest.flatMap((each) => describe(withAllConstants(each, issue.errors), schema, path));
  }
  const expected = issue.code === "invalid_format" ? descriptionAt(schema, path) : undefined;
  return [`${path.join(".") || "(input)"}: ${expected === undefined ? issue.message : `must be ${expected}`}`];
}

/** A wrong constant is as wrong in the other alternatives: the constants of all of them would be right. */
function withAllConstants(issue: Issue, alternatives: readonly (readonly Issue[])[]): Issue {
  if (issue.code !== "invalid_value") return issue;
  const values = new Set(alternatives.flat().flatMap((each) => (each.code === "invalid_value" && each.path.join() === issue.path.join() ? each.values : [])));
  return values.size > 1 ? { ...issue, message: `must be one of ${[...values].map(String).join(", ")}` } : issue;
}

/** The alternative of a union that was meant: the one with the fewest unknown fields and wrong constants, the first of several. */
function closestTo(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  // An alternative of another type altogether says nothing about the payload.
  const near = alternatives.filter((issues) => !issues.some(({ code, path }) => code === "invalid_type" && path.length === 0));
  return near.toSorted((a, b) => distance(a) - distance(b))[0] ?? [];
}

/** How many unknown fields and wrong constants stand between a payload and an alternative. */
function distance(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + distanceOf(issue), 0);
}

function distanceOf(issue: Issue): number {
  if (issue.code === "unrecognized_keys") return issue.keys.length;
  if (issue.code === "invalid_union") return distance(closestTo(issue.errors));
  return issue.code === "invalid_value" ? 1 : 0;
}

/** The description that the schema gives to a field. */
function descriptionAt(schema: JsonSchema, path: readonly PropertyKey[]): string | undefined {
  const field = path.reduce<unknown>((at, key) => member(member(at, "properties"), String(key)), schema);
  const description = member(field, "description");
  return typeof description === "string" ? description : undefined;
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
