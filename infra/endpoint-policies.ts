import * as pulumi from "@pulumi/pulumi";
import { allowThrough, type Statement } from "./iam.ts";
import { anySuffix, type Job } from "./job.ts";
import { executionsOf, type Place } from "./names.ts";
import { CALLBACK_FUNCTIONS } from "./workflows.ts";

/** Whom the endpoints are for, and what these need to reach. */
export interface EndpointUse {
  readonly place: Place;
  readonly jobs: readonly Job[];
  /** The jobs' records. */
  readonly jobTableArn: pulumi.Input<string>;
}

/** Each has a network interface in every zone, and its price. */
const INTERFACE_SERVICES = ["ecr.api", "ecr.dkr", "logs", "lambda", "ssm", "secretsmanager"] as const;
/** Free of charge: entries in the route tables. */
export const GATEWAY_SERVICES = ["s3", "dynamodb"] as const;

type InterfaceService = (typeof INTERFACE_SERVICES)[number];
export type EndpointService = InterfaceService | (typeof GATEWAY_SERVICES)[number];

/** The endpoint of each service that a job's own permissions may be for, by the prefix of its actions. */
export const ENDPOINT_OF_SERVICE: Readonly<Record<string, EndpointService>> = { s3: "s3", dynamodb: "dynamodb", lambda: "lambda", logs: "logs" };

/** Interface endpoints that the jobs need: those for secrets only if there are secrets, because each has its price. */
export function interfaceServices({ jobs }: EndpointUse): InterfaceService[] {
  const unneeded = new Set<InterfaceService>();
  if (jobs.every(({ secretArns }) => secretArns.ssm.length === 0)) unneeded.add("ssm");
  if (jobs.every(({ secretArns }) => secretArns.secretsmanager.length === 0)) unneeded.add("secretsmanager");
  return INTERFACE_SERVICES.filter((service) => !unneeded.has(service));
}

/**
 * What may pass each endpoint: what the jobs do today, and nothing else, so that code which runs in the network without
 * right can carry nothing away through an AWS service. A job's own permissions are among it. Work that calls a service without an
 * endpoint needs one here (or another egress).
 *
 * A Fargate task needs no endpoint for ECS itself: its agent talks to ECS outside of the VPC.
 */
export function endpointStatements(use: EndpointUse): Readonly<Record<EndpointService, readonly Statement[]>> {
  const { place, jobs, jobTableArn } = use;
  const executionRoles = executionRolesOf(jobs);
  const reporting = jobs.filter(({ declaration }) => declaration.reports === "kit").map(({ taskRole }) => taskRole.arn);
  const withParameters = jobs.filter(({ secretArns }) => secretArns.ssm.length > 0);
  const withSecrets = jobs.filter(({ secretArns }) => secretArns.secretsmanager.length > 0);
  const pull = [
    allowThrough("LogInToRegistry", ["ecr:GetAuthorizationToken"], "*", executionRoles),
    allowThrough("PullImage", ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], jobs.map(({ repositoryArn }) => repositoryArn), executionRoles),
  ];
  const statements: Record<EndpointService, Statement[]> = {
    "ecr.api": [...pull],
    "ecr.dkr": [...pull],
    logs: [allowThrough("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], jobs.map(({ logGroup }) => pulumi.interpolate`${logGroup.arn}:*`), executionRoles)],
    lambda: [
      allowThrough(
        "ReportToCallback",
        ["lambda:SendDurableExecutionCallbackFailure", "lambda:SendDurableExecutionCallbackHeartbeat", "lambda:SendDurableExecutionCallbackSuccess"],
        CALLBACK_FUNCTIONS.map((name) => executionsOf(place, name)),
        reporting,
      ),
    ],
    ssm: [allowThrough("FetchParameters", ["ssm:GetParameters"], withParameters.flatMap(({ secretArns }) => secretArns.ssm), executionRolesOf(withParameters))],
    secretsmanager: [
      allowThrough("FetchSecrets", ["secretsmanager:GetSecretValue"], withSecrets.flatMap(({ secretArns }) => secretArns.secretsmanager.map(anySuffix)), executionRolesOf(withSecrets)),
    ],
    // ECR keeps layers in a bucket of its own in each Region, and hands out links that it has signed itself.
    s3: [allowThrough("FetchLayers", ["s3:GetObject"], [pulumi.interpolate`arn:${place.partition}:s3:::prod-${place.region}-starport-layer-bucket/*`])],
    dynamodb: [allowThrough("ReportToRecord", ["dynamodb:UpdateItem"], [jobTableArn], reporting)],
  };
  for (const { endpoint, statement } of jobs.flatMap(({ permissions, taskRole }, index) => permissions.flatMap((permission) => throughEndpoints(permission, taskRole.arn, index)))) {
    statements[endpoint].push(statement);
  }
  return statements;
}

const executionRolesOf = (jobs: readonly Job[]) => jobs.map(({ executionRole }) => executionRole.arn);

/** A job's own permission as statements of the endpoints of its services. Sids are unique in a policy, and two jobs may choose the same one. */
function throughEndpoints({ Sid, Action, Resource }: Statement, roleArn: pulumi.Input<string>, job: number): { endpoint: EndpointService; statement: Statement }[] {
  const actions = Action as readonly `${string}:${string}`[];
  return Object.entries(ENDPOINT_OF_SERVICE).flatMap(([service, endpoint]) => {
    const ofService = actions.filter((action) => action.startsWith(`${service}:`));
    return ofService.length === 0 ? [] : [{ endpoint, statement: allowThrough(`${Sid}${job}`, ofService, Resource as readonly pulumi.Input<string>[], [roleArn]) }];
  });
}
