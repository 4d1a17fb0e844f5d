/**
 * Runs in a process of its own: evaluates the Pulumi program for one stack with Pulumi's runtime and mocks, hands the
 * registered resources and outputs to the parent, and ends. So the Pulumi SDK's memory and module state never live in
 * the stack, and every evaluation starts clean.
 */
import * as pulumi from "@pulumi/pulumi";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../errors.ts";
import { LOCAL_ACCOUNT_ID } from "../identity.ts";
import { invokeResult, provide } from "../providers/provide.ts";
import { plainInputs } from "./plain-inputs.ts";
import { ProviderTags } from "./provider-tags.ts";
import type { Evaluation, EvaluationAnswer, EvaluationRequest, RegisteredResource } from "./resource.ts";
import { refuseDuplicates } from "./duplicates.ts";
import { noteModules } from "./note-modules.ts";
import { readStackConfig } from "./stack-config.ts";

/** Exported by the SDK for its own test helpers and left out of its types: resolves when every registration has been answered. */
const runtime = pulumi.runtime as typeof pulumi.runtime & { waitForRPCs(): Promise<void> };

async function evaluate({ projectFolder, stack, endpoint }: EvaluationRequest): Promise<Evaluation> {
  const config = await readStackConfig(projectFolder, stack);
  const context = {
    identity: { partition: "aws", region: config.region, accountId: LOCAL_ACCOUNT_ID },
    project: config.project,
    stack,
    projectFolder,
    endpoint,
  };
  const tags = new ProviderTags(config.defaultTags);
  const resources: RegisteredResource[] = [];
  pulumi.runtime.setAllConfig(config.values);
  await pulumi.runtime.setMocks(
    {
      async newResource({ type, name, inputs: wireInputs, custom, provider }) {
        const inputs = (await plainInputs(wireInputs)) as Record<string, unknown>;
        // Component resources of the program itself have no provider: their children are registered one by one.
        if (custom === false && !type.startsWith("awsx:")) return { id: undefined, state: inputs };
        const { id, outputs } = await provide({ type, name, inputs }, { ...context, defaultTags: tags.of(provider) });
        if (type.startsWith("pulumi:providers:")) tags.add(id, inputs);
        resources.push({ type, name, inputs, outputs });
        return { id, state: outputs };
      },
      call: ({ token }) => invokeResult(token, context.identity),
    },
    config.project,
    stack,
  );
  refuseDuplicates(pulumi.runtime.getMonitor(), (error) => answer({ kind: "refused", message: explain(error) }));
  const modules = noteModules();
  const program = (await import(pathToFileURL(join(projectFolder, "index.ts")).href)) as { default?: unknown };
  const { default: declared, ...named } = program;
  const outputs = await settled(declared ?? named);
  await runtime.waitForRPCs();
  return { project: config.project, region: config.region, resources, outputs, modules: [...modules] };
}

function settled(value: unknown): Promise<Record<string, unknown>> {
  const output = pulumi.output(value as Record<string, unknown>);
  return new Promise((resolve) => output.apply(resolve));
}

function answer(message: EvaluationAnswer): void {
  process.send?.(message, () => process.exit(0));
}

/** What the person who wrote the program needs to see of an error: its message, and for a bug where it happened. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UserError || error instanceof pulumi.RunError) return error.message;
  return error.stack ?? error.message;
}

// A stack that is killed must not leave its evaluation behind.
process.once("disconnect", () => process.exit(1));
// Errors inside an apply surface as unhandled rejections.
process.on("unhandledRejection", (error) => answer({ kind: "refused", message: explain(error) }));
process.once("message", (request: EvaluationRequest) => {
  evaluate(request).then(
    (evaluation) => answer({ kind: "evaluated", evaluation }),
    (error: unknown) => answer({ kind: "refused", message: explain(error) }),
  );
});
