import { fillExample } from "../../operator/example.ts";
import type { StartView } from "../../operator/page/api.ts";
import { payloadFaults } from "../../operator/payload-faults.ts";
import { describedWorkflows } from "../../operator/workflows.ts";
import type { ConsoleServices } from "./services.ts";

type Services = Pick<ConsoleServices, "outputs">;

/** What the form for a workflow begins with, and the schema that it shows. @param now epoch milliseconds */
export function inputView({ outputs }: Services, workflow: string, now: number): Pick<StartView, "example" | "schema"> {
  const described = describedWorkflows(outputs())[workflow];
  const example = fillExample(described?.examples[0]?.input ?? {}, now);
  return { example: JSON.stringify(example, null, 2), schema: JSON.stringify(described?.input ?? {}, null, 2) };
}

/** @returns what is wrong with a payload, as far as the workflow's JSON Schema can say it */
export function faultsOf({ outputs }: Services, workflow: string, text: string): string[] {
  return payloadFaults(text, describedWorkflows(outputs())[workflow]?.input);
}
