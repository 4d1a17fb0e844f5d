import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "./names.ts";

/**
 * Actions for which AWS offers no resource to name, each with the reason. No other statement may have `*` as its
 * resource; a test walks every policy of the program for it.
 */
export const ACTIONS_WITHOUT_RESOURCE = {
  "ecr:GetAuthorizationToken": "The token is for the whole registry; what it opens is decided by the actions on the repository.",
  "ecs:ListTasks": "Listing is authorised on container instances, which Fargate has none of; the condition ecs:cluster narrows it to the cluster.",
  "xray:PutTelemetryRecords": "X-Ray has no resources for telemetry.",
  "xray:PutTraceSegments": "X-Ray has no resources for traces.",
} as const;

type ActionWithoutResource = keyof typeof ACTIONS_WITHOUT_RESOURCE;
type Action = `${string}:${string}`;
type Condition = Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>;

/** Statements always have a name, which denials and reviews can refer to. */
export interface Statement extends aws.iam.PolicyStatement {
  readonly Sid: string;
}

/** Allows actions on named resources. */
export function allow(sid: string, actions: readonly Exclude<Action, ActionWithoutResource>[], resources: readonly pulumi.Input<string>[], condition?: Condition): Statement {
  return { Sid: sid, Effect: "Allow", Action: [...actions], Resource: [...resources], ...(condition && { Condition: condition }) };
}

/** Allows actions that AWS authorises on no resource; see {@link ACTIONS_WITHOUT_RESOURCE}. */
export function allowWithoutResource(sid: string, actions: readonly ActionWithoutResource[], condition?: Condition): Statement {
  return { Sid: sid, Effect: "Allow", Action: [...actions], Resource: "*", ...(condition && { Condition: condition }) };
}

/** Allows to hand these roles to one service, and to no other. */
export function allowPassRole(sid: string, roleArns: readonly pulumi.Input<string>[], service: NarrowedService): Statement {
  return allow(sid, ["iam:PassRole"], roleArns, { StringEquals: { "iam:PassedToService": service } });
}

/** A policy document of statements. */
export function policy(statements: readonly Statement[]): aws.iam.PolicyDocument {
  return { Version: "2012-10-17", Statement: [...statements] };
}

/** Services for which AWS recommends to name the source in a trust policy, against confused deputies. */
export type NarrowedService = "scheduler.amazonaws.com" | "ecs-tasks.amazonaws.com" | "vpc-flow-logs.amazonaws.com";

/**
 * Trust in a service that acts for this account and these resources only.
 *
 * @param sourceArn ARN or ARN pattern of what the service acts for
 */
export function trust(service: NarrowedService, place: Place, sourceArn: pulumi.Input<string>): aws.iam.PolicyDocument {
  return trustPolicy(service, { StringEquals: { "aws:SourceAccount": place.accountId }, ArnLike: { "aws:SourceArn": sourceArn } });
}

/** Trust in Lambda. AWS recommends no narrowing here: Lambda takes on a role only for a function that was given it by `iam:PassRole` within the account. */
export const lambdaTrust = trustPolicy("lambda.amazonaws.com");

function trustPolicy(service: string, condition?: Condition): aws.iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [{ Sid: "Trust", Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole", ...(condition && { Condition: condition }) }],
  };
}

/** Lets a service send to a queue on behalf of one resource: the queue's own policy. */
export function allowSending(sid: string, service: "events.amazonaws.com", queueArn: pulumi.Input<string>, sourceArn: pulumi.Input<string>): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Principal: { Service: service },
    Action: ["sqs:SendMessage"],
    Resource: [queueArn],
    Condition: { ArnEquals: { "aws:SourceArn": sourceArn } },
  };
}

/** Lets CloudWatch act for the alarms of this stack only: a statement in the policy of the topic that they publish to, or of its key. */
export function allowAlarms(sid: string, actions: readonly Action[], resource: pulumi.Input<string>, place: Place, alarmArns: pulumi.Input<string>): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: [...actions],
    Resource: resource,
    Condition: { StringEquals: { "aws:SourceAccount": place.accountId }, ArnLike: { "aws:SourceArn": alarmArns } },
  };
}

/**
 * Lets requests pass a VPC endpoint, on top of what their own policy allows.
 *
 * @param roles whose requests; left out for requests that another account has signed, such as the links under which ECR hands out layers
 */
export function allowThrough(sid: string, actions: readonly Action[], resources: readonly pulumi.Input<string>[] | "*", roles?: readonly pulumi.Input<string>[]): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    // Gateway endpoints know no other principal; who it is, is a condition for either kind.
    Principal: "*",
    Action: [...actions],
    Resource: resources === "*" ? "*" : [...resources],
    ...(roles !== undefined && { Condition: { ArnEquals: { "aws:PrincipalArn": [...roles] } } }),
  };
}

/** Writing to the streams of a log group. */
export function allowLogging(logGroupArn: pulumi.Input<string>): Statement {
  return allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.interpolate`${logGroupArn}:*`]);
}
