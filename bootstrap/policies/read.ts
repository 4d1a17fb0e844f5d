import { arn, dashboard, ours, rolesOf, type Scope, tagged } from "../scope.ts";
import { allow, allowWithoutResource, type Statement } from "../statements.ts";

/** What the program asks AWS for when it is evaluated, and what a preview needs to build the image without pushing it. */
export function lookUpStatements(scopes: readonly Scope[]): Statement[] {
  return [
    allowWithoutResource("LookUp", ["ec2:DescribeAvailabilityZones", "lambda:ListFunctions"]),
    allow("LookUpAliases", ["lambda:GetAlias"], scopes.map((scope) => arn(scope, "lambda", `function:${ours(scope)}`))),
    allowWithoutResource("LogInToRegistry", ["ecr:GetAuthorizationToken"]),
    allow("PullCachedImage", ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], scopes.map((scope) => arn(scope, "ecr", `repository/${ours(scope)}`))),
  ];
}

/** What a refresh reads: the configuration of every resource, and no data - no items, messages, logs, objects or payloads. */
export function readStatements(scope: Scope): Statement[] {
  const named = (service: string, resource: string) => arn(scope, service, `${resource}${ours(scope)}`);
  return [
    allow(
      "ReadFunctions",
      ["lambda:GetAlias", "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConfiguration", "lambda:GetPolicy", "lambda:ListTags", "lambda:ListVersionsByFunction"],
      [named("lambda", "function:")],
    ),
    allow("ReadRoles", ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies"], [rolesOf(scope)]),
    allow("ReadLogGroups", ["logs:ListTagsForResource"], [named("logs", "log-group:"), named("logs", "log-group:/aws/lambda/")]),
    allow("ReadQueues", ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"], [named("sqs", "")]),
    allow("ReadTopics", ["sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource"], [named("sns", "")]),
    allow("ReadAlarms", ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"], [named("cloudwatch", "alarm:")]),
    allow("ReadDashboard", ["cloudwatch:GetDashboard"], [dashboard(scope)]),
    allow("ReadRules", ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"], [named("events", "rule/")]),
    allow("ReadSchedules", ["scheduler:GetSchedule", "scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"], [named("scheduler", "schedule-group/"), named("scheduler", `schedule/${ours(scope)}/`)]),
    allow("ReadTables", ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:ListTagsOfResource"], [named("dynamodb", "table/")]),
    allow("ReadClusters", ["ecs:DescribeClusters", "ecs:ListTagsForResource"], [named("ecs", "cluster/"), named("ecs", "task-definition/")]),
    allow("ReadRepositories", ["ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource"], [named("ecr", "repository/")]),
    allow("ReadVpc", ["ec2:DescribeVpcAttribute"], [arn(scope, "ec2", "vpc/*")], tagged(scope, "ResourceTag")),
    allow("ReadKeys", ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"], [arn(scope, "kms", "key/*")], tagged(scope, "ResourceTag")),
    allowWithoutResource("ReadLists", [
      "logs:DescribeLogGroups",
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
