import { logGroupProperties } from "./cloudwatch-logs.ts";
import { tableProperties } from "./dynamodb.ts";
import { imageProperties, repositoryProperties } from "./ecr.ts";
import { clusterCapacityProvidersProperties, clusterProperties, taskDefinitionProperties } from "./ecs.ts";
import { busProperties, ruleProperties, targetProperties } from "./eventbridge.ts";
import { attachmentProperties, policyProperties, rolePolicyProperties, roleProperties } from "./iam.ts";
import { aliasProperties, functionProperties, permissionProperties } from "./lambda.ts";
import { scheduleGroupProperties, scheduleProperties } from "./scheduler.ts";
import { queuePolicyProperties, queueProperties } from "./sqs.ts";
import { parameterProperties } from "./ssm.ts";
import { stackRegion, type Properties } from "./treatment.ts";

/** How the properties of every simulated resource type are treated. */
export const propertiesByType: Readonly<Record<string, Properties>> = {
  "aws:cloudwatch/eventBus:EventBus": busProperties,
  "aws:cloudwatch/eventRule:EventRule": ruleProperties,
  "aws:cloudwatch/eventTarget:EventTarget": targetProperties,
  "aws:cloudwatch/logGroup:LogGroup": logGroupProperties,
  "aws:dynamodb/table:Table": tableProperties,
  "aws:ecs/cluster:Cluster": clusterProperties,
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": clusterCapacityProvidersProperties,
  "aws:ecs/taskDefinition:TaskDefinition": taskDefinitionProperties,
  "aws:iam/policy:Policy": policyProperties,
  "aws:iam/role:Role": roleProperties,
  "aws:iam/rolePolicy:RolePolicy": rolePolicyProperties,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": attachmentProperties,
  "aws:lambda/alias:Alias": aliasProperties,
  "aws:lambda/function:Function": functionProperties,
  "aws:lambda/permission:Permission": permissionProperties,
  "aws:scheduler/schedule:Schedule": scheduleProperties,
  "aws:scheduler/scheduleGroup:ScheduleGroup": scheduleGroupProperties,
  "aws:sqs/queue:Queue": queueProperties,
  "aws:sqs/queuePolicy:QueuePolicy": queuePolicyProperties,
  "aws:ssm/parameter:Parameter": parameterProperties,
  "awsx:ecr:Image": imageProperties,
  "awsx:ecr:Repository": repositoryProperties,
  "pulumi:providers:aws": { region: stackRegion },
};
