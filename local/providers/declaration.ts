import type { StackDeclaration } from "../declarations.ts";
import type { RegisteredResource, Revisions } from "../program/resource.ts";
import { declareLogGroups } from "./cloudwatch-logs.ts";
import { declareTables } from "./dynamodb.ts";
import { declareImages } from "./ecr.ts";
import { declareClusters, declareTaskDefinitions } from "./ecs.ts";
import { declareRules } from "./eventbridge.ts";
import { declareRoles } from "./iam.ts";
import { declareAliases, declareFunctions, declarePermissions } from "./lambda.ts";
import { declareScheduleGroups, declareSchedules } from "./scheduler.ts";
import { declareQueuePolicies, declareQueues } from "./sqs.ts";

/**
 * What the registered resources declare, in the words of the services that run them, and the revisions they have now.
 *
 * @param functionsFolder where the code of function versions is kept
 * @throws UserError naming resource and property for a declaration that cannot be run here
 */
export async function declareStack(
  resources: readonly RegisteredResource[],
  functionsFolder: string,
): Promise<{ declaration: StackDeclaration; revisions: Revisions }> {
  const functions = await declareFunctions(resources, functionsFolder);
  const taskDefinitions = declareTaskDefinitions(resources);
  const revisions = Object.fromEntries([
    ...functions.map((each) => [`function/${each.functionName}`, { revision: Number(each.version), hash: each.configurationHash }] as const),
    ...taskDefinitions.map((each) => [`task-definition/${each.family}`, { revision: each.revision, hash: each.configurationHash }] as const),
  ]);
  return {
    revisions,
    declaration: {
      functions,
      aliases: declareAliases(resources),
      roles: declareRoles(resources),
      resourcePolicies: [...declarePermissions(resources), ...declareQueuePolicies(resources)],
      clusters: declareClusters(resources),
      images: declareImages(resources),
      taskDefinitions,
      scheduleGroups: declareScheduleGroups(resources),
      schedules: declareSchedules(resources),
      rules: declareRules(resources),
      queues: declareQueues(resources),
      tables: declareTables(resources),
      logGroups: declareLogGroups(resources),
    },
  };
}
