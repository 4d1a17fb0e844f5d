import { arn, dashboard, globalArn, ours, rolesOf, type Scope, tagged } from "../scope.ts";
import { allow, allowWithoutResource, type Statement } from "../statements.ts";
import type * as pulumi from "@pulumi/pulumi";

/** Creating, changing and deleting what the program declares, network and roles apart. */
export function resourceStatements(scope: Scope): Statement[] {
  const named = (service: string, resource: string) => arn(scope, service, `${resource}${ours(scope)}`);
  return [
    allow(
      "Functions",
      [
        "lambda:AddPermission",
        "lambda:CreateAlias",
        "lambda:CreateFunction",
        "lambda:DeleteAlias",
        "lambda:DeleteFunction",
        "lambda:PublishVersion",
        "lambda:RemovePermission",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ],
      [named("lambda", "function:")],
    ),
    allow("LogGroups", ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource"], [named("logs", "log-group:"), named("logs", "log-group:/aws/lambda/")]),
    allow("Queues", ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"], [named("sqs", "")]),
    allow("Topics", ["sns:CreateTopic", "sns:DeleteTopic", "sns:SetSubscriptionAttributes", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource"], [named("sns", "")]),
    allow("Alarms", ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"], [named("cloudwatch", "alarm:")]),
    allow("Dashboard", ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"], [dashboard(scope)]),
    allow("Rules", ["events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource"], [named("events", "rule/")]),
    allow(
      "Schedules",
      ["scheduler:CreateSchedule", "scheduler:CreateScheduleGroup", "scheduler:DeleteSchedule", "scheduler:DeleteScheduleGroup", "scheduler:TagResource", "scheduler:UntagResource", "scheduler:UpdateSchedule"],
      // Deleting a group deletes the schedules in it, whatever their names.
      [named("scheduler", "schedule-group/"), arn(scope, "scheduler", `schedule/${ours(scope)}/*`)],
    ),
    allow("Tables", ["dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:TagResource", "dynamodb:UntagResource", "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive"], [named("dynamodb", "table/")]),
    allow(
      "Clusters",
      ["ecs:CreateCluster", "ecs:DeleteCluster", "ecs:PutClusterCapacityProviders", "ecs:RegisterTaskDefinition", "ecs:TagResource", "ecs:UntagResource", "ecs:UpdateCluster"],
      [named("ecs", "cluster/"), named("ecs", "task-definition/")],
    ),
    allowWithoutResource("RetireTaskDefinitions", ["ecs:DeregisterTaskDefinition"]),
    allow(
      "Images",
      [
        "ecr:BatchDeleteImage",
        "ecr:CompleteLayerUpload",
        "ecr:CreateRepository",
        "ecr:DeleteLifecyclePolicy",
        "ecr:DeleteRepository",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:PutImageScanningConfiguration",
        "ecr:PutImageTagMutability",
        "ecr:PutLifecyclePolicy",
        "ecr:TagResource",
        "ecr:UntagResource",
        "ecr:UploadLayerPart",
      ],
      [named("ecr", "repository/")],
    ),
    // Keys have ids rather than names; the program puts its tags on them. KMS cannot tell tagging at creation from tagging later,
    // so that a key which no project has tagged could be taken over: docs/security.md says what follows from that.
    allowWithoutResource("CreateKeys", ["kms:CreateKey"], tagged(scope, "RequestTag")),
    allow("Keys", ["kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription"], [arn(scope, "kms", "key/*")], tagged(scope, "ResourceTag")),
    allow("TagNewKeys", ["kms:TagResource"], [arn(scope, "kms", "key/*")], { ...tagged(scope, "RequestTag"), Null: { "aws:ResourceTag/project": "true" } }),
  ];
}

/** Services that take on a role of the program. */
const SERVICES = { Lambda: "lambda", Tasks: "ecs-tasks", Scheduler: "scheduler", FlowLogs: "vpc-flow-logs" };

/**
 * Roles of the program, never without the boundary: whatever policy a deployment gives a role, the role can do no more than
 * the boundary says, and the boundary itself is out of reach.
 */
export function roleStatements(scope: Scope, boundaryArn: pulumi.Input<string>): Statement[] {
  const roles = [rolesOf(scope)];
  return [
    allow("BoundedRoles", ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"], roles, {
      StringEquals: { "iam:PermissionsBoundary": boundaryArn },
    }),
    allow("Roles", ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole"], roles),
    ...Object.entries(SERVICES).map(([name, service]) => allow(`PassRolesTo${name}`, ["iam:PassRole"], roles, { StringEquals: { "iam:PassedToService": `${service}.amazonaws.com` } })),
    // The first cluster of an account brings this role along.
    allow("FirstCluster", ["iam:CreateServiceLinkedRole"], [globalArn(scope, "iam", "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")], {
      StringEquals: { "iam:AWSServiceName": "ecs.amazonaws.com" },
    }),
  ];
}

/** Running workflows and looking at what they do: the tests of the deployed stack. Deleting a durable function stops its executions too. */
export function testStatements(scope: Scope): Statement[] {
  const named = (service: string, resource: string) => arn(scope, service, `${resource}${ours(scope)}`);
  return [
    allow(
      "RunWorkflows",
      ["lambda:GetDurableExecution", "lambda:InvokeFunction", "lambda:ListDurableExecutionsByFunction", "lambda:StopDurableExecution"],
      [named("lambda", "function:")],
    ),
    allow("SeeTasks", ["ecs:DescribeTasks"], [arn(scope, "ecs", `task/${ours(scope)}`)]),
    allowWithoutResource("FindTasks", ["ecs:ListTasks"], { ArnLike: { "ecs:cluster": named("ecs", "cluster/") } }),
    allow("ReadRecords", ["dynamodb:GetItem"], [named("dynamodb", "table/")]),
    allow("SeeReminders", ["scheduler:GetSchedule"], [arn(scope, "scheduler", `schedule/${ours(scope)}/*`)]),
  ];
}
