import * as z from "zod";
import { resolve } from "../functions/shared/workflow.ts";
import type { Settings } from "./settings.ts";
import { FUNCTION_NAMES, WORKFLOWS } from "./workflows.ts";

/**
 * What people and tools can know of the workflows, as the JSON text of the stack output `workflows`: by name, a description, the JSON
 * Schema of the input, and the examples that the console offers. JSON Schema can't say everything, so a workflow may refuse an input
 * that the schema takes.
 */
export function workflowCatalog(settings: Settings): string {
  const entries = FUNCTION_NAMES.map((name) => {
    const { description, input, examples } = WORKFLOWS[name];
    const schema = z.toJSONSchema(resolve(input, settings), { io: "input", unrepresentable: "any" });
    const offered = examples.filter(({ offer }) => offer?.includes("console") ?? true);
    return [name, { description, input: schema, examples: offered.map((example) => ({ title: example.title, input: example.input })) }] as const;
  });
  return JSON.stringify(Object.fromEntries(entries));
}
