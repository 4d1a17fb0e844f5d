import * as pulumi from "@pulumi/pulumi";
import { allowThrough, type Statement } from "./iam.ts";
import { executionsOf, type Place } from "./names.ts";

/** Whom the endpoints are for, and what these need to reach. */
export interface EndpointUse {
  readonly place: Place;
  /** What ECS acts as to start a task. */
  readonly executionRoleArn: pulumi.Input<string>;
  /** What the job acts as. */
  readonly taskRoleArn: pulumi.Input<string>;
  /** The repository of the job's image. */
  readonly repositoryArn: pulumi.Input<string>;
  /** The job's log. */
  readonly logGroupArn: pulumi.Input<string>;
  /** The job's record. */
  readonly jobTableArn: pulumi.Input<string>;
}

/** Each has a network interface in every zone, and its price. */
export const INTERFACE_SERVICES = ["ecr.api", "ecr.dkr", "logs", "lambda"] as const;
/** Free of charge: entries in the route tables. */
export const GATEWAY_SERVICES = ["s3", "dynamodb"] as const;

export type EndpointService = (typeof INTERFACE_SERVICES)[number] | (typeof GATEWAY_SERVICES)[number];

/**
 * What may pass each endpoint: what the job does today, and nothing else, so that code which runs in the network without
 * right can carry nothing away through an AWS service. Work that calls another service needs an endpoint for it here (or
 * another egress); work that uses another bucket or table needs it in the statements.
 *
 * A Fargate task needs no endpoint for ECS itself: its agent talks to ECS outside of the VPC. Nor one for Secrets Manager:
 * the job has no secrets.
 */
export function endpointStatements(use: EndpointUse): Readonly<Record<EndpointService, readonly Statement[]>> {
  const pull = [
    allowThrough("LogInToRegistry", ["ecr:GetAuthorizationToken"], "*", use.executionRoleArn),
    allowThrough("PullImage", ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [use.repositoryArn], use.executionRoleArn),
  ];
  return {
    "ecr.api": pull,
    "ecr.dkr": pull,
    logs: [allowThrough("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.interpolate`${use.logGroupArn}:*`], use.executionRoleArn)],
    lambda: [
      allowThrough(
        "ReportToCallback",
        ["lambda:SendDurableExecutionCallbackFailure", "lambda:SendDurableExecutionCallbackHeartbeat", "lambda:SendDurableExecutionCallbackSuccess"],
        [executionsOf(use.place, "callback-job")],
        use.taskRoleArn,
      ),
    ],
    // ECR keeps layers in a bucket of its own in each Region, and hands out links that it has signed itself.
    s3: [allowThrough("FetchLayers", ["s3:GetObject"], [pulumi.interpolate`arn:${use.place.partition}:s3:::prod-${use.place.region}-starport-layer-bucket/*`])],
    dynamodb: [allowThrough("ReportToRecord", ["dynamodb:UpdateItem"], [use.jobTableArn], use.taskRoleArn)],
  };
}
