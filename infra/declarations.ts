import * as pulumi from "@pulumi/pulumi";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import type * as z from "zod";
import { describeIssues } from "../container/kit/issues.ts";
import { JOB_NAMES } from "../functions/shared/declared-jobs.ts";
import { resolve, type Workflow, type WorkflowSettings } from "../functions/shared/workflow.ts";
import { fillExample } from "../operator/example.ts";
import { workflowShape } from "./declaration-shapes.ts";
import { FUNCTION_NAMES, WORKFLOWS } from "./workflows.ts";

/** A folder of the project that lists its folders in `index.ts`. */
interface Listing {
  readonly folder: string;
  /** Those that are listed. */
  readonly names: readonly string[];
  /** File that makes a folder one of them. */
  readonly declaration: string;
  /** File that the declaration is of no use without. */
  readonly needs: string;
}

/**
 * Checks the lists of workflows and jobs, and what the workflows declare. `jobSettings` checks what the jobs declare.
 *
 * @throws pulumi.RunError that lists every fault by its file
 */
export async function checkDeclarations(projectFolder: string, settings: WorkflowSettings): Promise<void> {
  const faults = [
    ...(await listingFaults(projectFolder, { folder: "functions", names: FUNCTION_NAMES, declaration: "workflow.ts", needs: "handler.ts" })),
    ...(await listingFaults(projectFolder, { folder: "container", names: JOB_NAMES, declaration: "job.ts", needs: "Dockerfile" })),
    ...FUNCTION_NAMES.flatMap((name) => workflowFaults(name, WORKFLOWS[name], settings)),
  ];
  if (faults.length > 0) throw new pulumi.RunError(["The program's declarations are wrong:", ...faults.map((fault) => `  ${fault}`)].join("\n"));
}

/** What is wrong with a list: lines without a folder, and folders without a line. */
export async function listingFaults(projectFolder: string, { folder, names, declaration, needs }: Listing): Promise<string[]> {
  const exists = (...path: string[]) => access(join(projectFolder, folder, ...path)).then(() => true, () => false);
  const listed = names.map(async (name) => {
    if (!(await exists(name))) return [`${folder}/index.ts: ${name}: there is no folder ${folder}/${name}; the name of a line is that of its folder`];
    return (await exists(name, needs)) ? [] : [`${folder}/${name}/${needs}: is missing`];
  });
  const folders = (await readdir(join(projectFolder, folder), { withFileTypes: true })).filter((entry) => entry.isDirectory() && !names.includes(entry.name));
  const unlisted = folders.map(async ({ name }) =>
    (await exists(name, declaration)) && (await exists(name, needs)) ? [`${folder}/index.ts: has no line for ${folder}/${name}; add: export { default as "${name}" } from "./${name}/${declaration}";`] : [],
  );
  return (await Promise.all([...listed, ...unlisted])).flat();
}

/** What is wrong with the declaration of a workflow, its examples included. */
export function workflowFaults(name: string, workflow: Workflow, settings: WorkflowSettings): string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/.test(name)) return [`functions/index.ts: ${name}: use words of lower-case letters and digits with hyphens between them, such as send-mail`];
  const shape = workflowShape.safeParse(resolved(workflow, settings));
  const where = `functions/${name}/workflow.ts`;
  if (!shape.success) return describeIssues(shape.error).map((issue) => `${where}: ${issue}`);
  return exampleFaults(where, workflow.examples.filter(({ expect }) => expect?.error?.type !== "InvalidInput"), resolve(workflow.input, settings));
}

/** What of the examples' inputs the schema refuses. */
export function exampleFaults(where: string, examples: readonly { readonly title: string; readonly input: unknown }[], schema: z.ZodType): string[] {
  return examples.flatMap(({ title, input }) => {
    const { error } = schema.safeParse(fillExample(input, Date.now()));
    return error === undefined ? [] : describeIssues(error).map((issue) => `${where}: example "${title}": ${issue}`);
  });
}

function resolved(workflow: Workflow, settings: WorkflowSettings): object {
  const { durable, reservedConcurrency, schedule } = workflow;
  return {
    ...workflow,
    // A wrong declaration may hold anything.
    durable: typeof durable === "object" ? { ...durable, timeoutSeconds: resolve(durable.timeoutSeconds, settings) } : durable,
    reservedConcurrency: reservedConcurrency === undefined ? undefined : resolve(reservedConcurrency, settings),
    schedule: schedule === undefined ? undefined : resolve(schedule, settings),
  };
}
