import type { StackDeclaration } from "../declarations.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declareLogGroups } from "./cloudwatch-logs.ts";
import { declareTables } from "./dynamodb.ts";
import { declareImages } from "./ecr.ts";
import { declareClusters, declareTaskDefinitions } from "./ecs.ts";
import { declareRules } from "./eventbridge.ts";
import { declareRoles } from "./iam.ts";
import { declareAliases, declareFunctions, declarePermissions } from "./lambda.ts";
import { declareScheduleGroups, declareSchedules } from "./scheduler.ts";
import { declareQueuePolicies, declareQueues } from "./sqs.ts";
import { declareParameters } from "./ssm.ts";

/**
 * What the registered resources declare, in the words of the services that run them. Unpacks the code of new versions.
 *
 * @param functionsFolder where the code of function versions is kept
 * @throws UserError naming resource and property for a declaration that cannot be run here
 */
export async function declareStack(
  resources: readonly RegisteredResource[],
  functionsFolder: string,
): Promise<{ declaration: StackDeclaration }> {
  const functions = await declareFunctions(resources, functionsFolder);
  const taskDefinitions = declareTaskDefinitions(resources);
  return {
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
      parameters: declareParameters(resources),
    },
  };
}
