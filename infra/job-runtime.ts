import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { JobDeclaration } from "../container/kit/define-job.ts";
import { outputPrefix } from "../operator/outputs.ts";
import type { EndpointUse } from "./endpoint-policies.ts";
import { allow, allowPassRole, allowWithoutResource, type Statement } from "./iam.ts";
import { createJob, type Job } from "./job.ts";
import { jobSettings } from "./job-settings.ts";
import { arn, type Place } from "./names.ts";
import type { Settings } from "./settings.ts";

export interface JobRuntimeArgs {
  readonly place: Place;
  readonly settings: Settings;
  /** The jobs by name: those of container/index.ts. */
  readonly jobs: Readonly<Record<string, JobDeclaration>>;
  /** Folder with each image's Dockerfile, relative to the project. */
  readonly imageContexts: Readonly<Record<string, string>>;
  /** Where jobs keep the record of what they were dispatched for. */
  readonly table: aws.dynamodb.Table;
}

/** The first job of the program, whose resources and outputs are named `job` rather than after it. */
const FIRST_JOB = "sample";

/**
 * What jobs run on: one cluster, and for each job an image and a Fargate task definition. A running task costs 0.03238 USD per vCPU and hour
 * and 0.00356 USD per GB and hour on arm64 (list prices of us-east-1, November 2026), about 70 % less on Spot; nothing when none
 * runs. Container insights are billed by metric.
 */
export class JobRuntime extends pulumi.ComponentResource {
  readonly cluster: aws.ecs.Cluster;
  readonly jobs: Readonly<Record<string, Job>>;
  readonly containerName = "job";
  /** What tasks need of the network's endpoints. */
  readonly endpointUse: EndpointUse;
  /** What a function needs to run the tasks, and to find what it has run already. */
  readonly runStatements: readonly Statement[];
  /** What a function needs to see how a task does, and to stop it. */
  readonly controlStatements: readonly Statement[];
  /** What a function needs to see how a task does. */
  readonly seeStatements: readonly Statement[];
  /** What a function needs to stop a task that it knows of. */
  readonly stopStatements: readonly Statement[];

  /** @throws pulumi.RunError that lists every wrong field of every declaration */
  constructor(name: string, args: JobRuntimeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:JobRuntime", name, {}, opts);
    const { place, settings } = args;
    const effective = jobSettings(args.jobs, settings);

    this.cluster = new aws.ecs.Cluster(`${name}-cluster`, { settings: [{ name: "containerInsights", value: "enabled" }] }, { parent: this, protect: settings.protect });
    const dependsOn = new aws.ecs.ClusterCapacityProviders(
      `${name}-capacity`,
      { clusterName: this.cluster.name, capacityProviders: ["FARGATE", "FARGATE_SPOT"] },
      { parent: this },
    );
    const create = ([job, declaration]: [string, JobDeclaration]): [string, Job] => {
      const imageContext = args.imageContexts[job] ?? "";
      const own = { place, declaration, settings: effective[job] ?? settings, imageContext, table: args.table, containerName: this.containerName, dependsOn };
      return [job, createJob(job === FIRST_JOB ? name : job, own, this)];
    };
    this.jobs = Object.fromEntries(Object.entries(args.jobs).map(create));
    const jobs = Object.values(this.jobs);

    const tasks = arn(place, "ecs", pulumi.interpolate`task/${this.cluster.name}/*`);
    this.runStatements = [
      // Any revision: a function of an older version goes on with the revision that it was published with.
      allow("RunTask", ["ecs:RunTask"], jobs.map(({ taskDefinition }) => pulumi.interpolate`${taskDefinition.arnWithoutRevision}:*`), { ArnEquals: { "ecs:cluster": this.cluster.arn } }),
      allow("TagNewTask", ["ecs:TagResource"], [tasks], { StringEquals: { "ecs:CreateAction": "RunTask" } }),
      allowWithoutResource("FindTasks", ["ecs:ListTasks"], { ArnEquals: { "ecs:cluster": this.cluster.arn } }),
      allowPassRole("PassTaskRoles", jobs.flatMap(({ executionRole, taskRole }) => [executionRole.arn, taskRole.arn]), "ecs-tasks.amazonaws.com"),
    ];
    this.controlStatements = [allow("ControlTask", ["ecs:DescribeTasks", "ecs:StopTask"], [tasks])];
    this.seeStatements = [allow("SeeTasks", ["ecs:DescribeTasks"], [tasks])];
    this.stopStatements = [allow("StopTask", ["ecs:StopTask"], [tasks])];
    this.endpointUse = { place, jobs, jobTableArn: args.table.arn };
    this.registerOutputs({ clusterArn: this.cluster.arn });
  }

  /** ARN of each job's task definition, as JSON: the variable `JOBS` of the functions that run jobs. */
  get taskDefinitionArns(): pulumi.Output<string> {
    return pulumi.jsonStringify(Object.fromEntries(Object.entries(this.jobs).map(([job, { taskDefinition }]) => [job, taskDefinition.arn])));
  }

  /** Stack outputs of each job, by its camel-cased name; those of the first job have had theirs since it was the only one. */
  get outputs(): Record<string, pulumi.Output<string>> {
    const outputs = Object.entries(this.jobs).flatMap(([job, { taskDefinition, logGroup }]) => {
      const prefix = outputPrefix(job);
      return [
        [job === FIRST_JOB ? "taskDefinitionArn" : `${prefix}TaskDefinitionArn`, taskDefinition.arn],
        [job === FIRST_JOB ? "jobLogGroupName" : `${prefix}LogGroupName`, logGroup.name],
      ] as const;
    });
    return Object.fromEntries(outputs);
  }
}
