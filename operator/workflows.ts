import * as z from "zod";
import { WORKFLOWS_OUTPUT } from "./outputs.ts";

const jsonSchema = z.record(z.string(), z.json());

const catalog = z.record(
  z.string(),
  z.object({ description: z.string(), input: jsonSchema, examples: z.array(z.object({ title: z.string(), input: z.json() })) }),
);

/** A workflow as the stack's output `workflows` describes it. */
export type DescribedWorkflow = z.output<typeof catalog>[string];

/** A document of JSON Schema. */
export type JsonSchema = z.output<typeof jsonSchema>;

/** The workflows that the stack describes, by name: none for a program without that output. */
export function describedWorkflows(outputs: Readonly<Record<string, unknown>>): Readonly<Record<string, DescribedWorkflow>> {
  const text = outputs[WORKFLOWS_OUTPUT];
  return typeof text === "string" ? catalog.parse(JSON.parse(text)) : {};
}
