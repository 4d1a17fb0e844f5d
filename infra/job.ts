import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import type { JobDeclaration, JobPermission, JobSecret } from "../container/kit/define-job.ts";
import { allow, allowLogging, allowWithoutResource, policy, type Statement, trust } from "./iam.ts";
import { arn, executionsOf, type Place, stackName } from "./names.ts";
import type { Settings } from "./settings.ts";
import { CALLBACK_FUNCTIONS } from "./workflows.ts";

export interface JobArgs {
  readonly place: Place;
  readonly declaration: JobDeclaration;
  /** The stack's, with what the job declares itself in place of it. */
  readonly settings: Settings;
  /** Folder with the image's Dockerfile, relative to the project. */
  readonly imageContext: string;
  /** Where jobs with the kit report, if they were dispatched. */
  readonly table: aws.dynamodb.Table;
  readonly containerName: string;
  /** The cluster's capacity providers, which tasks need. */
  readonly dependsOn: pulumi.Resource;
}

/** What a job runs on. */
export interface Job {
  readonly declaration: JobDeclaration;
  readonly taskDefinition: aws.ecs.TaskDefinition;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly repositoryArn: pulumi.Output<string>;
  readonly executionRole: aws.iam.Role;
  readonly taskRole: aws.iam.Role;
  readonly secretArns: SecretArns;
  readonly permissions: readonly Statement[];
}

/** What the execution role fetches for a job, by service. */
export interface SecretArns {
  readonly ssm: readonly pulumi.Output<string>[];
  readonly secretsmanager: readonly pulumi.Output<string>[];
}

/** Seconds from SIGTERM to SIGKILL: time for the job to report that it was stopped. Spot gives two minutes, Fargate at most as much. */
const STOP_TIMEOUT_SECONDS = 60;
/**
 * Images kept: executions in flight start tasks from the image that was current when they began, so this many changes of the
 * job may be deployed within the longest execution. Layers are shared; 0.10 USD per GB and month.
 */
const IMAGES_KEPT = 50;

const CPU_ARCHITECTURES = { arm64: "ARM64", amd64: "X86_64" } as const;

/**
 * A job's image, log group, roles and Fargate task definition. Resources of `parent`, rather than of a component of their own: the sample
 * job's have been there since there was one job only.
 *
 * @param name what the resources' names begin with
 */
export function createJob(name: string, args: JobArgs, parent: pulumi.ComponentResource): Job {
  const { place, declaration, settings, table } = args;
  const logGroup = new aws.cloudwatch.LogGroup(`${name}-logs`, { retentionInDays: settings.logRetentionDays }, { parent, retainOnDelete: settings.protect });
  const repository = new awsx.ecr.Repository(
    `${name}-images`,
    {
      imageScanningConfiguration: { scanOnPush: true },
      lifecyclePolicy: { rules: [{ description: `Keeps ${IMAGES_KEPT} images`, tagStatus: "any", maximumNumberOfImages: IMAGES_KEPT }] },
      forceDelete: !settings.protect,
    },
    { parent, protect: settings.protect },
  );
  const image = new awsx.ecr.Image(
    `${name}-image`,
    { repositoryUrl: repository.url, context: args.imageContext, platform: `linux/${declaration.architecture ?? "arm64"}` },
    { parent },
  );
  const secretArns = secretsOf(declaration, place);
  const permissions = Object.entries(declaration.permissions ?? {}).map(([sid, permission]) => statement(sid, permission, place));
  const executionRole = role(`${name}-execution`, place, parent, [
    allowWithoutResource("LogInToRegistry", ["ecr:GetAuthorizationToken"]),
    allow("PullImage", ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [repository.repository.arn]),
    allowLogging(logGroup.arn),
    ...(secretArns.ssm.length > 0 ? [allow("FetchParameters", ["ssm:GetParameters"], secretArns.ssm)] : []),
    ...(secretArns.secretsmanager.length > 0 ? [allow("FetchSecrets", ["secretsmanager:GetSecretValue"], secretArns.secretsmanager.map(anySuffix))] : []),
  ]);
  const taskRole = role(`${name}-task`, place, parent, [...(declaration.reports === "kit" ? reportStatements(place, table) : []), ...permissions]);
  const environment: Record<string, pulumi.Input<string>> = {
    ...declaration.environment,
    ...(declaration.reports === "kit" && { JOB_TABLE_NAME: table.name, JOB_HEARTBEAT_SECONDS: String(settings.jobHeartbeatSeconds) }),
  };
  const taskDefinition = new aws.ecs.TaskDefinition(
    name,
    {
      family: `${stackName()}-${name}`,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      runtimePlatform: { cpuArchitecture: CPU_ARCHITECTURES[declaration.architecture ?? "arm64"], operatingSystemFamily: "LINUX" },
      cpu: String(settings.jobCpu),
      memory: String(settings.jobMemory),
      executionRoleArn: executionRole.arn,
      taskRoleArn: taskRole.arn,
      // Executions in flight run tasks of the revision that their version knows, which ECS refuses once it is deregistered.
      skipDestroy: true,
      containerDefinitions: pulumi.jsonStringify([
        {
          name: args.containerName,
          image: image.imageUri,
          essential: true,
          readonlyRootFilesystem: declaration.readonlyRootFilesystem ?? declaration.reports === "kit",
          stopTimeout: STOP_TIMEOUT_SECONDS,
          environment: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
          ...(declaration.secrets && { secrets: Object.entries(declaration.secrets).map(([variable, secret]) => ({ name: variable, valueFrom: secretArn(secret, place) })) }),
          // Read where no container is run.
          ...(declaration.local && { dockerLabels: { "local.command": JSON.stringify(declaration.local.command) } }),
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": logGroup.name, "awslogs-region": place.region, "awslogs-stream-prefix": name },
          },
        },
      ]),
    },
    { parent, dependsOn: args.dependsOn },
  );
  return { declaration, taskDefinition, logGroup, repositoryArn: repository.repository.arn, executionRole, taskRole, secretArns, permissions };
}

function role(name: string, place: Place, parent: pulumi.Resource, statements: readonly Statement[]): aws.iam.Role {
  const assumeRolePolicy = trust("ecs-tasks.amazonaws.com", place, arn(place, "ecs", "*"));
  const created = new aws.iam.Role(`${name}-role`, { assumeRolePolicy }, { parent });
  // IAM refuses a policy without statements.
  if (statements.length > 0) new aws.iam.RolePolicy(`${name}-policy`, { role: created.name, policy: policy(statements) }, { parent });
  return created;
}

/** What the kit's reports take. */
function reportStatements(place: Place, table: aws.dynamodb.Table): Statement[] {
  return [
    allow(
      "ReportToCallback",
      ["lambda:SendDurableExecutionCallbackFailure", "lambda:SendDurableExecutionCallbackHeartbeat", "lambda:SendDurableExecutionCallbackSuccess"],
      CALLBACK_FUNCTIONS.map((name) => executionsOf(place, name)),
    ),
    allow("ReportToRecord", ["dynamodb:UpdateItem"], [table.arn]),
  ];
}

function statement(sid: string, { actions, resources }: JobPermission, place: Place): Statement {
  return allow(sid, actions, resources.map((resource) => substitute(resource, place)));
}

/** Replaces the pseudo parameters that CloudFormation has as well. */
function substitute(text: string, { partition, region, accountId }: Place): pulumi.Output<string> {
  return pulumi.all([partition, accountId]).apply(([ownPartition, account]) =>
    text.replaceAll("${AWS::Partition}", ownPartition).replaceAll("${AWS::Region}", region).replaceAll("${AWS::AccountId}", account),
  );
}

function secretArn(secret: JobSecret, place: Place): pulumi.Output<string> {
  if ("ssm" in secret) return arn(place, "ssm", `parameter/${stackName()}-${secret.ssm}`);
  return arn(place, "secretsmanager", `secret:${stackName()}-${secret.secretsManager}`);
}

function secretsOf({ secrets = {} }: JobDeclaration, place: Place): SecretArns {
  const all = Object.values(secrets);
  return {
    ssm: all.filter((secret) => "ssm" in secret).map((secret) => secretArn(secret, place)),
    secretsmanager: all.filter((secret) => "secretsManager" in secret).map((secret) => secretArn(secret, place)),
  };
}

/** Secrets Manager ends the ARN of each secret with six random characters. */
export function anySuffix(secret: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`${secret}-??????`;
}
