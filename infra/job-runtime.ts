import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import type { EndpointUse } from "./endpoint-policies.ts";
import { allow, allowLogging, allowPassRole, allowWithoutResource, policy, trust, type Statement } from "./iam.ts";
import { arn, executionsOf, type Place } from "./names.ts";
import type { Settings } from "./settings.ts";

export interface JobRuntimeArgs {
  readonly place: Place;
  /** Folder with the image's Dockerfile, relative to the project. */
  readonly imageContext: string;
  /** Where the job keeps the record of what it was dispatched for. */
  readonly table: aws.dynamodb.Table;
  readonly settings: Settings;
}

/** Seconds from SIGTERM to SIGKILL: time for the job to report that it was stopped. Spot gives two minutes, Fargate at most as much. */
const STOP_TIMEOUT_SECONDS = 60;
/**
 * Images kept: executions in flight start tasks from the image that was current when they began, so this many changes of the
 * job may be deployed within the longest execution. Layers are shared; 0.10 USD per GB and month.
 */
const IMAGES_KEPT = 50;

/**
 * What a job runs on: its image, a cluster, and a Fargate task definition. A running task costs 0.03238 USD per vCPU and hour
 * and 0.00356 USD per GB and hour on arm64 (list prices of us-east-1, November 2026), about 70 % less on Spot; nothing when none
 * runs. Container insights are billed by metric.
 */
export class JobRuntime extends pulumi.ComponentResource {
  readonly cluster: aws.ecs.Cluster;
  readonly taskDefinition: aws.ecs.TaskDefinition;
  readonly containerName = "job";
  readonly logGroup: aws.cloudwatch.LogGroup;
  /** What tasks need of the network's endpoints. */
  readonly endpointUse: EndpointUse;
  /** What a function needs to run the task, and to find what it has run already. */
  readonly runStatements: readonly Statement[];
  /** What a function needs to see how a task does, and to stop it. */
  readonly controlStatements: readonly Statement[];
  /** What a function needs to see how a task does. */
  readonly seeStatements: readonly Statement[];
  /** What a function needs to stop a task that it knows of. */
  readonly stopStatements: readonly Statement[];
  readonly #place: Place;

  constructor(name: string, args: JobRuntimeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:JobRuntime", name, {}, opts);
    const { place, settings } = args;
    this.#place = place;

    this.cluster = new aws.ecs.Cluster(`${name}-cluster`, { settings: [{ name: "containerInsights", value: "enabled" }] }, { parent: this, protect: settings.protect });
    const capacity = new aws.ecs.ClusterCapacityProviders(
      `${name}-capacity`,
      { clusterName: this.cluster.name, capacityProviders: ["FARGATE", "FARGATE_SPOT"] },
      { parent: this },
    );
    this.logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { retentionInDays: settings.logRetentionDays },
      { parent: this, retainOnDelete: settings.protect },
    );
    const repository = new awsx.ecr.Repository(
      `${name}-images`,
      {
        imageScanningConfiguration: { scanOnPush: true },
        lifecyclePolicy: { rules: [{ description: `Keeps ${IMAGES_KEPT} images`, tagStatus: "any", maximumNumberOfImages: IMAGES_KEPT }] },
        forceDelete: !settings.protect,
      },
      { parent: this, protect: settings.protect },
    );
    const image = new awsx.ecr.Image(`${name}-image`, { repositoryUrl: repository.url, context: args.imageContext, platform: "linux/arm64" }, { parent: this });
    const executionRole = this.#role(`${name}-execution`, [
      allowWithoutResource("LogInToRegistry", ["ecr:GetAuthorizationToken"]),
      allow("PullImage", ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [repository.repository.arn]),
      allowLogging(this.logGroup.arn),
    ]);
    const taskRole = this.#role(`${name}-task`, [
      allow(
        "ReportToCallback",
        ["lambda:SendDurableExecutionCallbackFailure", "lambda:SendDurableExecutionCallbackHeartbeat", "lambda:SendDurableExecutionCallbackSuccess"],
        [executionsOf(place, "callback-job")],
      ),
      allow("ReportToRecord", ["dynamodb:UpdateItem"], [args.table.arn]),
    ]);
    const environment = { JOB_TABLE_NAME: args.table.name, JOB_HEARTBEAT_SECONDS: String(settings.jobHeartbeatSeconds) };
    this.taskDefinition = new aws.ecs.TaskDefinition(
      name,
      {
        family: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
        cpu: String(settings.jobCpu),
        memory: String(settings.jobMemory),
        executionRoleArn: executionRole.arn,
        taskRoleArn: taskRole.arn,
        // Executions in flight run tasks of the revision that their version knows, which ECS refuses once it is deregistered.
        skipDestroy: true,
        containerDefinitions: pulumi.jsonStringify([
          {
            name: this.containerName,
            image: image.imageUri,
            essential: true,
            readonlyRootFilesystem: true,
            stopTimeout: STOP_TIMEOUT_SECONDS,
            environment: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
            logConfiguration: {
              logDriver: "awslogs",
              options: { "awslogs-group": this.logGroup.name, "awslogs-region": place.region, "awslogs-stream-prefix": name },
            },
          },
        ]),
      },
      { parent: this, dependsOn: capacity },
    );

    const tasks = arn(place, "ecs", pulumi.interpolate`task/${this.cluster.name}/*`);
    this.runStatements = [
      // Any revision: a function of an older version goes on with the revision that it was published with.
      allow("RunTask", ["ecs:RunTask"], [pulumi.interpolate`${this.taskDefinition.arnWithoutRevision}:*`], { ArnEquals: { "ecs:cluster": this.cluster.arn } }),
      allow("TagNewTask", ["ecs:TagResource"], [tasks], { StringEquals: { "ecs:CreateAction": "RunTask" } }),
      allowWithoutResource("FindTasks", ["ecs:ListTasks"], { ArnEquals: { "ecs:cluster": this.cluster.arn } }),
      allowPassRole("PassTaskRoles", [executionRole.arn, taskRole.arn], "ecs-tasks.amazonaws.com"),
    ];
    this.controlStatements = [allow("ControlTask", ["ecs:DescribeTasks", "ecs:StopTask"], [tasks])];
    this.seeStatements = [allow("SeeTasks", ["ecs:DescribeTasks"], [tasks])];
    this.stopStatements = [allow("StopTask", ["ecs:StopTask"], [tasks])];
    this.endpointUse = {
      place,
      executionRoleArn: executionRole.arn,
      taskRoleArn: taskRole.arn,
      repositoryArn: repository.repository.arn,
      logGroupArn: this.logGroup.arn,
      jobTableArn: args.table.arn,
    };
    this.registerOutputs({ clusterArn: this.cluster.arn, taskDefinitionArn: this.taskDefinition.arn });
  }

  #role(name: string, statements: readonly Statement[]): aws.iam.Role {
    const assumeRolePolicy = trust("ecs-tasks.amazonaws.com", this.#place, arn(this.#place, "ecs", "*"));
    const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy }, { parent: this });
    new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy: policy(statements) }, { parent: this });
    return role;
  }
}
