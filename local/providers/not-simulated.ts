import type { Evaluation, RegisteredResource } from "../program/resource.ts";
import { withoutFargateSettings } from "./ecs.ts";
import { unknownPolicies } from "./iam.ts";
import { withoutLocalCode } from "./lambda.ts";
import { propertiesByType } from "./properties/index.ts";
import { notSimulatedPaths } from "./properties/treatment.ts";
import { isSimulated } from "./provide.ts";

/** Names of resources in one line, at most. */
const MOST_NAMES = 3;

/**
 * What the program declares and the local stack does not simulate, in few lines: resource types, properties, policies, outputs. Sorted,
 * because the order of registration is not fixed between resources that do not depend on each other.
 */
export function notSimulated({ resources, region, unknownOutputs, unknownFunctions }: Evaluation): string[] {
  const [known, unknown] = [resources.filter(({ type }) => isSimulated(type)), resources.filter(({ type }) => !isSimulated(type))];
  const types = [...Map.groupBy(unknown, ({ type }) => type)].map(([type, each]) => (each.length === 1 ? type : `${type} (${each.length})`)).sort();
  const properties = known.flatMap((resource) =>
    listed(resource, notSimulatedPaths(propertiesByType[resource.type] ?? {}, inputsOf(resource), region)),
  );
  const withoutValue = known.flatMap((resource) =>
    listed(resource, resource.unknown ?? [], ", without a value because an output is not simulated"),
  );
  const notStarted = [
    ...withoutLocalCode(resources).map((resource) => ({ resource, text: `${resource.type}: not started, its code is not on this machine` })),
    ...withoutFargateSettings(resources).map((resource) => ({ resource, text: `${resource.type}: not started, Fargate requires cpu, memory and executionRoleArn` })),
  ];
  return [
    ...(types.length === 0 ? [] : [types.join(", ")]),
    ...grouped([...properties, ...withoutValue, ...notStarted]),
    ...unknownPolicies(resources),
    ...(unknownFunctions.length === 0 ? [] : [`provider functions, with an empty result: ${unknownFunctions.join(", ")}`]),
    ...(unknownOutputs.length === 0 ? [] : [`stack outputs without a value: ${unknownOutputs.join(", ")}`]),
  ];
}

/** Of a provider, its Region counts: the other settings are about access to AWS. */
function inputsOf({ type, inputs }: RegisteredResource): RegisteredResource["inputs"] {
  return type.startsWith("pulumi:providers:") ? { region: inputs["region"] } : inputs;
}

interface Finding {
  readonly resource: RegisteredResource;
  readonly text: string;
}

function listed(resource: RegisteredResource, paths: readonly string[], why = ""): Finding[] {
  return paths.length === 0 ? [] : [{ resource, text: `${resource.type}: ${paths.join(", ")}${why}` }];
}

function grouped(findings: readonly Finding[]): string[] {
  const byText = [...Map.groupBy(findings, ({ text }) => text)].sort(([a], [b]) => (a < b ? -1 : 1));
  return byText.map(([text, each]) => {
    const names = each.map(({ resource }) => resource.name).sort();
    const more = names.length - MOST_NAMES;
    return `${text} (${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
  });
}
