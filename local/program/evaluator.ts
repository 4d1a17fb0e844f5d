/**
 * Runs in a process of its own: evaluates the Pulumi program for one stack with Pulumi's runtime and mocks, hands the
 * registered resources and outputs to the parent, and ends. So the Pulumi SDK's memory and module state never live in
 * the stack, and every evaluation starts clean.
 */
import type * as pulumiSdk from "@pulumi/pulumi";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../errors.ts";
import { LOCAL_ACCOUNT_ID } from "../identity.ts";
import { invokeResult } from "../providers/functions.ts";
import { provide } from "../providers/provide.ts";
import { refuseDuplicates } from "./duplicates.ts";
import { entryPoint, programSdk } from "./entry-point.ts";
import { noteModules } from "./note-modules.ts";
import { plainInputs } from "./plain-inputs.ts";
import { ProviderTags } from "./provider-tags.ts";
import type { Evaluation, EvaluationAnswer, EvaluationRequest, RegisteredResource } from "./resource.ts";
import { readStackConfig } from "./stack-config.ts";
import { loadTypeScript } from "./typescript.ts";
import { makeMissingOutputsUnknown, type WireRegistration } from "./unknown-outputs.ts";

type Pulumi = typeof pulumiSdk;

async function evaluate({ projectFolder, stack, endpoint }: EvaluationRequest): Promise<Evaluation> {
  const config = await readStackConfig(projectFolder, stack);
  const entry = entryPoint(projectFolder);
  const pulumi = await programSdk(entry);
  process.chdir(dirname(entry));
  const context = {
    identity: { partition: "aws", region: config.region, accountId: LOCAL_ACCOUNT_ID },
    project: config.project,
    stack,
    projectFolder: dirname(entry),
    endpoint,
  };
  const tags = new ProviderTags(config.defaultTags);
  const resources: RegisteredResource[] = [];
  const unknownFunctions = new Set<string>();
  let registration: WireRegistration = { remote: false, unknown: [] };
  pulumi.runtime.setAllConfig(config.values);
  await pulumi.runtime.setMocks(
    {
      // Pulumi's mocks call it at once, before the next registration.
      async newResource({ type, name, inputs: wireInputs, custom, provider }) {
        const { remote, unknown } = registration;
        const inputs = (await plainInputs(wireInputs)) as Record<string, unknown>;
        // Component resources of the program itself have no provider: their children are registered one by one.
        if (custom === false && !remote) return { id: undefined, state: inputs };
        const { id, outputs } = await provide({ type, name, inputs }, { ...context, defaultTags: tags.of(provider) });
        if (type.startsWith("pulumi:providers:")) tags.add(id, inputs);
        resources.push({ type, name, inputs, outputs, unknown });
        return { id, state: outputs };
      },
      call({ token, inputs }) {
        const result = invokeResult(token, inputs as Record<string, unknown>, context.identity);
        if (result === undefined) unknownFunctions.add(token);
        return result ?? {};
      },
    },
    config.project,
    stack,
  );
  const monitor = pulumi.runtime.getMonitor();
  makeMissingOutputsUnknown(monitor, (current) => (registration = current));
  refuseDuplicates(monitor, (error) => answer({ kind: "refused", message: explain(error) }));
  loadTypeScript();
  const modules = noteModules();
  const outputs = await settledOutputs(pulumi, await runProgram(entry));
  // Exported by the SDK for its own test helpers and left out of its types: resolves when every registration has been answered.
  await (pulumi.runtime as Pulumi["runtime"] & { waitForRPCs(): Promise<void> }).waitForRPCs();
  return { project: config.project, region: config.region, resources, ...outputs, modules: [...modules], unknownFunctions: [...unknownFunctions] };
}

/** @returns what the program exports: of a module, or of its default function */
async function runProgram(entry: string): Promise<Record<string, unknown>> {
  const { default: exported, ...named } = (await import(pathToFileURL(entry).href)) as { default?: unknown };
  // What a CommonJS module exports is the default of its import.
  const program = isCommonJs(exported) ? (exported.default ?? exported) : (exported ?? named);
  return (typeof program === "function" ? await (program as () => unknown)() : program) as Record<string, unknown>;
}

function isCommonJs(exported: unknown): exported is { readonly default?: unknown } {
  return typeof exported === "object" && exported !== null && "__esModule" in exported;
}

/** Left out of Pulumi's types for an output. */
interface OutputState {
  readonly isKnown: Promise<boolean>;
  promise(): Promise<unknown>;
}

async function settledOutputs(pulumi: Pulumi, exported: Record<string, unknown> = {}): Promise<Pick<Evaluation, "outputs" | "unknownOutputs">> {
  const outputs: Record<string, unknown> = {};
  const unknownOutputs: string[] = [];
  for (const [name, value] of Object.entries(exported)) {
    const output = pulumi.output(value) as unknown as OutputState;
    if (await output.isKnown) outputs[name] = await output.promise();
    else unknownOutputs.push(name);
  }
  return { outputs, unknownOutputs };
}

function answer(message: EvaluationAnswer): void {
  process.send?.(message, () => process.exit(0));
}

/** A line of a stack trace that is not about the program's own files. */
const FOREIGN_FRAME = /^ +at .*(?:node:|node_modules)/;

/** What the person who wrote the program needs to see of an error: its message, and for a bug where it happened. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UserError || isRunError(error)) return error.message;
  if (/Cannot find (package|module) '@pulumi\//.test(error.message)) return `${error.message.split("\n", 1)[0] ?? ""}. Run npm install in the program's folder.`;
  return (error.stack ?? error.message).split("\n").filter((line) => !FOREIGN_FRAME.test(line)).join("\n");
}

/** Pulumi's error for a mistake of the program, by its own mark: the program may have a Pulumi SDK of its own. */
function isRunError(error: Error): boolean {
  return "__pulumiRunError" in error;
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
