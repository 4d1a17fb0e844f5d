import type * as pulumi from "@pulumi/pulumi";
import { resolve } from "../functions/shared/workflow.ts";
import { outputPrefix } from "../operator/outputs.ts";
import type { Build } from "./bundle.ts";
import { DurableFunction } from "./durable-function.ts";
import { PublishedFunction } from "./published-function.ts";
import { createRights, type Grant, type RightsArgs } from "./rights.ts";
import { FUNCTION_NAMES, type FunctionName, WORKFLOWS } from "./workflows.ts";

export interface FunctionsArgs extends RightsArgs {
  readonly existingLogGroups: ReadonlySet<string>;
  readonly bundles: Build["functions"];
}

export type Functions = Readonly<Record<FunctionName, PublishedFunction>>;

/** Every function, as it declares itself, with the rights that it asks for and no others. */
export function createFunctions(args: FunctionsArgs, opts: pulumi.ComponentResourceOptions): Functions {
  const { place, settings } = args;
  const rights = createRights(args);

  const create = (name: FunctionName): PublishedFunction => {
    const { description, durable, errors = {}, timeoutSeconds, reservedConcurrency, environment, needs = [] } = WORKFLOWS[name];
    const grants = needs.map((right): Grant => rights[right](name));
    const common = {
      description,
      bundle: args.bundles[name],
      logRetentionDays: settings.logRetentionDays,
      existingLogGroups: args.existingLogGroups,
      protect: settings.protect,
      canaryPercent: settings.canaryPercent,
      timeoutSeconds,
      reservedConcurrency: reservedConcurrency === undefined ? undefined : resolve(reservedConcurrency, settings),
      statements: grants.flatMap(({ statements }) => statements),
      environment: variables([...grants.map((grant) => grant.environment), environment?.(settings)]),
    };
    if (durable === false) return new PublishedFunction(name, common, opts);
    return new DurableFunction(
      name,
      {
        ...common,
        place,
        executionTimeoutSeconds: resolve(durable.timeoutSeconds, settings),
        retentionDays: settings.executionRetentionDays,
        errorTypes: Object.keys(errors),
      },
      opts,
    );
  };
  return Object.fromEntries(FUNCTION_NAMES.map((name) => [name, create(name)])) as Functions;
}

/** @returns undefined for no variables at all */
function variables(parts: readonly Grant["environment"][]): Grant["environment"] {
  const all = Object.fromEntries(parts.flatMap((part) => Object.entries(part ?? {})));
  return Object.keys(all).length > 0 ? all : undefined;
}

/** What a person or a test script needs of each function, by its camel-cased name: `pollJobAliasArn`, `pollJobVersion`… */
export function functionOutputs(functions: Functions): Record<string, pulumi.Output<string>> {
  const outputs = Object.entries(functions).flatMap(([name, component]) => {
    const prefix = outputPrefix(name);
    return [
      [`${prefix}AliasArn`, component.alias.arn],
      [`${prefix}FunctionName`, component.function.name],
      [`${prefix}Version`, component.function.version],
      [`${prefix}LogGroupName`, component.logGroup.name],
      [`${prefix}DeadLetterQueueUrl`, component.deadLetterQueue.url],
    ] as const;
  });
  return Object.fromEntries(outputs);
}
