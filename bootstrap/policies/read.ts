import { arn, dashboard, ours, rolesOf, type Scope, tagged } from "../scope.ts";
import { allow, allowWithoutResource, type Statement } from "../statements.ts";

/** What the program asks AWS for when it is evaluated, and what a preview needs to take up log groups and to build the image without pushing it. */
export function lookUpStatements(scope: Scope): Statement[] {
  const named = (service: string, resource: string) => arn(scope, service, `${resource}${ours(scope)}`);
  return [
    allowWithoutResource("LookUp", ["ec2:DescribeAvailabilityZones", "lambda:ListFunctions", "logs:DescribeLogGroups"]),
    allow("LookUpAliases", ["lambda:GetAlias"], [named("lambda", "function:")]),
    allow("LookUpLogGroups", ["logs:ListTagsForResource"], [named("logs", "log-group:"), named("logs", "log-group:/aws/lambda/")]),
    allowWithoutResource("LogInToRegistry", ["ecr:GetAuthorizationToken"]),
    allow("PullCachedImage", ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [named("ecr", "repository/")]),
  ];
}

/** What a refresh reads besides what the program looks up: the configuration of every resource, and no data - no items, messages, logs, objects or payloads. */
export function readStatements(scope: Scope): Statement[] {
  const named = (service: string, resource: string) => arn(scope, service, `${resource}${ours(scope)}`);
  return [
    allow(
      "ReadFunctions",
      ["lambda:GetAlias", "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConfiguration", "lambda:GetPolicy", "lambda:ListTags", "lambda:ListVersionsByFunction"],
      [named("lambda", "function:")],
    ),
    allow("ReadRoles", ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies"], [rolesOf(scope)]),
    allow("ReadQueues", ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"], [named("sqs", "")]),
    allow("ReadTopics", ["sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource"], [named("sns", "")]),
    // AWS authorises a list of alarms on all alarms of the Region, even one of named alarms (Service Authorization Reference: the type alarm).
    allow("FindAlarms", ["cloudwatch:DescribeAlarms"], [arn(scope, "cloudwatch", "alarm:*")]),
    allow("ReadAlarms", ["cloudwatch:ListTagsForResource"], [named("cloudwatch", "alarm:")]),
    allow("ReadDashboard", ["cloudwatch:GetDashboard"], [dashboard(scope)]),
    allow("ReadRules", ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"], [named("events", "rule/")]),
    allow("ReadSchedules", ["scheduler:GetSchedule", "scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"], [named("scheduler", "schedule-group/"), named("scheduler", `schedule/${ours(scope)}/`)]),
    allow("ReadTables", ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:ListTagsOfResource"], [named("dynamodb", "table/")]),
    allow("ReadClusters", ["ecs:DescribeClusters", "ecs:ListTagsForResource"], [named("ecs", "cluster/"), named("ecs", "task-definition/")]),
    allow("ReadRepositories", ["ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource"], [named("ecr", "repository/")]),
    allow("ReadVpc", ["ec2:DescribeVpcAttribute"], [arn(scope, "ec2", "vpc/*")], tagged(scope, "ResourceTag")),
    allow("ReadKeys", ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"], [arn(scope, "kms", "key/*")], tagged(scope, "ResourceTag")),
    allowWithoutResource("ReadLists", [
      "ecs:DescribeTaskDefinition",
      "ec2:DescribeAddresses",
      "ec2:DescribeAddressesAttribute",
      "ec2:DescribeFlowLogs",
      "ec2:DescribeInternetGateways",
      "ec2:DescribeNatGateways",
      "ec2:DescribeNetworkAcls",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribePrefixLists",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroupRules",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcEndpoints",
      "ec2:DescribeVpcs",
    ]),
  ];
}
