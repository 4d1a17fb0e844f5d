import type { Properties } from "./aws.ts";
import type { Project } from "./project.ts";

/** A resource as the engine keeps it. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly inputs: Properties;
  readonly parent?: string;
  readonly protect: boolean;
}

/** Every resource of the stack. */
export async function resources(project: Project): Promise<ResourceState[]> {
  const { deployment } = JSON.parse((await project.succeed("stack", "export")).stdout) as { deployment: { resources?: Partial<ResourceState>[] } };
  return (deployment.resources ?? []).map(({ urn = "", type = "", inputs = {}, parent, protect = false }) => ({ urn, type, inputs, parent, protect }));
}

export interface PlannedStep {
  readonly op: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Properties;
}

interface Preview {
  readonly steps?: readonly { op: string; urn: string; newState?: { type: string; inputs?: Properties } }[];
  readonly diagnostics?: readonly { severity: string; message: string }[];
}

/** What a preview plans, but for what stays the same, and what it complains of. */
export async function changes(project: Project): Promise<{ steps: PlannedStep[]; problems: string[] }> {
  const { steps = [], diagnostics = [] } = JSON.parse((await project.succeed("preview", "--json")).stdout) as Preview;
  return {
    steps: steps.filter(({ op }) => op !== "same").map(({ op, urn, newState }) => ({ op, type: newState?.type ?? "", name: urn.split("::").at(-1) ?? "", inputs: newState?.inputs ?? {} })),
    problems: diagnostics.filter(({ severity }) => severity !== "info").map(({ message }) => message),
  };
}
