import { arn, ours, rolesOf, type Scope } from "../scope.ts";
import { allow, allowWithoutResource, type Statement } from "../statements.ts";

/**
 * The most that any role of the program can do: everything that one of them needs, on this environment's resources. No role
 * can create or change a role, a policy, a function, a table or a network.
 */
export function boundaryStatements(scope: Scope): Statement[] {
  const named = (service: string, resource: string) => arn(scope, service, `${resource}${ours(scope)}`);
  return [
    allow(
      "Executions",
      [
        "lambda:CheckpointDurableExecution",
        "lambda:GetDurableExecution",
        "lambda:GetDurableExecutionState",
        "lambda:InvokeFunction",
        "lambda:ListDurableExecutionsByFunction",
        "lambda:SendDurableExecutionCallbackFailure",
        "lambda:SendDurableExecutionCallbackHeartbeat",
        "lambda:SendDurableExecutionCallbackSuccess",
      ],
      [named("lambda", "function:")],
    ),
    allow("Tasks", ["ecs:DescribeTasks", "ecs:RunTask", "ecs:StopTask", "ecs:TagResource"], [named("ecs", "task-definition/"), arn(scope, "ecs", `task/${ours(scope)}`)]),
    allowWithoutResource("FindTasks", ["ecs:ListTasks"], { ArnLike: { "ecs:cluster": named("ecs", "cluster/") } }),
    ...["ecs-tasks", "scheduler"].map((service) =>
      allow(service === "scheduler" ? "PassToScheduler" : "PassToTasks", ["iam:PassRole"], [rolesOf(scope)], { StringEquals: { "iam:PassedToService": `${service}.amazonaws.com` } }),
    ),
    allow("Records", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], [named("dynamodb", "table/")]),
    allow("Schedules", ["scheduler:CreateSchedule", "scheduler:GetSchedule"], [arn(scope, "scheduler", `schedule/${ours(scope)}/*`)]),
    allow("DeadLetters", ["sqs:SendMessage"], [named("sqs", "")]),
    allow("Logs", ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [named("logs", "log-group:"), named("logs", "log-group:/aws/lambda/")]),
    allow("Image", ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [named("ecr", "repository/")]),
    // Of the jobs that declare secrets.
    allow("Parameters", ["ssm:GetParameters"], [named("ssm", "parameter/")]),
    allow("Secrets", ["secretsmanager:GetSecretValue"], [named("secretsmanager", "secret:")]),
    allowWithoutResource("Lists", ["ecr:GetAuthorizationToken", "logs:DescribeLogGroups"]),
    allowWithoutResource("Traces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]),
  ];
}
