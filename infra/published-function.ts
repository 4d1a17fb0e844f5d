import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { liveVersions } from "./canary.ts";
import { deadLetterQueue } from "./dead-letter-queue.ts";
import { functionLogGroup, type FunctionLogsArgs } from "./function-logs.ts";
import { allow, allowLogging, allowWithoutResource, lambdaTrust, policy, type Statement } from "./iam.ts";
import { functionName, LIVE_ALIAS } from "./names.ts";
import type { FunctionName } from "./workflows.ts";

export interface PublishedFunctionArgs extends FunctionLogsArgs {
  /** What it does, in one line, for the console. */
  readonly description: string;
  /** Path of its bundle, which becomes `index.mjs` in the archive. */
  readonly bundle: string;
  /** Environment variables. A change publishes a new version. */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the function may do, besides writing its logs and traces and sending to its dead-letter queue. */
  readonly statements?: readonly Statement[];
  /** Refuses to delete or replace the function, and keeps its logs when the stack is removed. */
  readonly protect: boolean;
  /** Seconds that one invocation may take, at most 900; {@link TIMEOUT_SECONDS} where left out. */
  readonly timeoutSeconds?: number;
  /** Concurrent invocations that are kept free for this function, and that it can't exceed. None are where left out or 0. */
  readonly reservedConcurrency?: number;
  /** Percentage of the starts by the alias that a new version gets at first, 1 to 50; 0 gives it all of them at once. */
  readonly canaryPercent: number;
}

/** In Lambda's own words: seconds, and days. */
export interface DurableConfig {
  readonly executionTimeout: number;
  readonly retentionPeriod: number;
}

/** Seconds of one invocation: several calls to AWS with their retries. Waiting between invocations doesn't count. */
const TIMEOUT_SECONDS = 60;
/** MiB. Memory buys CPU as well: below this the start of the bundled SDK takes longer than it saves. */
export const FUNCTION_MEMORY_MEGABYTES = 256;

/**
 * A Lambda function with everything that belongs to one in production: a role of its own, JSON logs with an end, traces, a
 * dead-letter queue for events that failed for good, a published version for every change, and the alias `live`. Costs nothing
 * while it is idle, but for its logs (0.03 USD per GB and month, November 2026).
 *
 * Versions are never deleted, except with the function: executions that began on one go on there. They cost nothing; the
 * account has room for 75 GB of code, which is some 300,000 of them.
 */
export class PublishedFunction extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly alias: aws.lambda.Alias;
  readonly role: aws.iam.Role;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly deadLetterQueue: aws.sqs.Queue;

  /**
   * @param name one of the program's functions; the physical name adds project and stack
   * @param durable set by {@link DurableFunction}. Adding or removing it replaces the function
   */
  constructor(name: FunctionName, args: PublishedFunctionArgs, opts?: pulumi.ComponentResourceOptions, type = "durable-workflows:infra:PublishedFunction", durable?: DurableConfig) {
    super(type, name, {}, opts);

    this.logGroup = functionLogGroup(name, args, this);
    this.deadLetterQueue = deadLetterQueue(`${name}-dead-letters`, { parent: this });
    this.role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy: lambdaTrust }, { parent: this });
    const rolePolicy = new aws.iam.RolePolicy(
      `${name}-policy`,
      {
        role: this.role.name,
        policy: policy([
          allowLogging(this.logGroup.arn),
          allowWithoutResource("WriteTraces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]),
          allow("SendDeadLetters", ["sqs:SendMessage"], [this.deadLetterQueue.arn]),
          ...(args.statements ?? []),
        ]),
      },
      { parent: this },
    );
    this.function = new aws.lambda.Function(
      name,
      {
        name: functionName(name),
        description: args.description,
        role: this.role.arn,
        runtime: "nodejs24.x",
        // A fifth cheaper than x86_64.
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.FileAsset(args.bundle) }),
        timeout: args.timeoutSeconds ?? TIMEOUT_SECONDS,
        memorySize: FUNCTION_MEMORY_MEGABYTES,
        publish: true,
        // 0 would stop the function.
        reservedConcurrentExecutions: args.reservedConcurrency || undefined,
        environment: args.environment && { variables: args.environment },
        durableConfig: durable,
        // Durable functions require JSON.
        loggingConfig: { logFormat: "JSON", logGroup: this.logGroup.name },
        tracingConfig: { mode: "Active" },
        deadLetterConfig: { targetArn: this.deadLetterQueue.arn },
      },
      {
        parent: this,
        protect: args.protect,
        // Without its policy it would fail its first events; without its log group Lambda would create one that never ends.
        dependsOn: [rolePolicy, this.logGroup],
        // Its name is fixed, so that the old one has to go first.
        deleteBeforeReplace: true,
        // Deleting a durable function stops every execution and waits for each.
        customTimeouts: { delete: "60m" },
      },
    );
    this.alias = new aws.lambda.Alias(
      `${name}-${LIVE_ALIAS}`,
      { name: LIVE_ALIAS, functionName: this.function.name, ...liveVersions(this, functionName(name), this.function.version, args.canaryPercent) },
      // Deleting the function deletes its alias. Only in a replacement does the engine delete it itself, before the function.
      { parent: this, deletedWith: this.function },
    );
    this.registerOutputs({ aliasArn: this.alias.arn, version: this.function.version });
  }
}
