import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { OPEN_JOBS_INDEX } from "../functions/shared/job-record.ts";
import type { Build } from "./bundle.ts";
import { DurableFunction } from "./durable-function.ts";
import { allow, allowWithoutResource, type Statement } from "./iam.ts";
import type { JobRuntime } from "./job-runtime.ts";
import { aliasArn, executionsOf, functionArn, functionName, type FunctionName, type Place } from "./names.ts";
import type { Network } from "./network.ts";
import type { OccurrenceTable } from "./occurrence-table.ts";
import type { OneTimeSchedules } from "./one-time-schedules.ts";
import { dispatchExecutionSeconds, jobExecutionSeconds, SHORT_EXECUTION_SECONDS } from "./poll-operations.ts";
import { PublishedFunction } from "./published-function.ts";
import type { Settings } from "./settings.ts";

export interface FunctionsArgs {
  readonly place: Place;
  readonly settings: Settings;
  readonly existingLogGroups: ReadonlySet<string>;
  readonly bundles: Build["functions"];
  readonly network: Network;
  readonly jobRuntime: JobRuntime;
  readonly jobTable: aws.dynamodb.Table;
  readonly reminders: OneTimeSchedules;
  readonly occurrences: OccurrenceTable;
}

/** The functions that run a job as a task, and whose end the watchdog looks after. */
export const JOB_FUNCTIONS = ["poll-job", "dispatch-job", "callback-job"] as const satisfies FunctionName[];

/**
 * Of one sweep: at five requests a second, 4,200 of them. With 5,000 open executions its lists take 113. Shorter than the schedule's
 * interval, so that no sweep meets the next one.
 */
const SWEEP_SECONDS = 840;

type Grant = Pick<ConstructorParameters<typeof PublishedFunction>[1], "environment" | "statements">;

/** Every function with its environment and its rights: who may do what stands here, and nowhere else. */
export function createFunctions(args: FunctionsArgs): Readonly<Record<FunctionName, PublishedFunction>> {
  const { place, settings, network, jobRuntime, jobTable, reminders, occurrences } = args;
  const { cluster, taskDefinition, runStatements, controlStatements } = jobRuntime;
  const longExecutionSeconds = jobExecutionSeconds(settings.jobTimeLimitSeconds, settings.jobMaxAttempts, settings.jobCapacityWaitSeconds);
  const maxAttempts = { JOB_MAX_ATTEMPTS: String(settings.jobMaxAttempts) };
  const recordLife = { JOB_RECORD_TTL_DAYS: String(settings.jobRecordTtlDays) };
  const taskEnvironment = {
    CLUSTER_ARN: cluster.arn,
    TASK_DEFINITION_ARN: taskDefinition.arn,
    CONTAINER_NAME: jobRuntime.containerName,
    SUBNET_IDS: network.taskSubnetIds.apply((ids) => ids.join(",")),
    SECURITY_GROUP_IDS: network.taskSecurityGroupId,
    ASSIGN_PUBLIC_IP: network.assignPublicIp,
    CAPACITY_PROVIDER: settings.jobCapacityProvider,
    JOB_TIME_LIMIT_SECONDS: String(settings.jobTimeLimitSeconds),
    JOB_CAPACITY_WAIT_SECONDS: String(settings.jobCapacityWaitSeconds),
    ...maxAttempts,
  };
  const watchdogEnvironment = { CLUSTER_ARN: cluster.arn, JOB_TABLE_NAME: jobTable.name, DISPATCH_JOB_ARN: aliasArn(place, "dispatch-job"), ...maxAttempts };
  const common = (name: FunctionName, description: string) => ({
    description,
    bundle: args.bundles[name],
    logRetentionDays: settings.logRetentionDays,
    existingLogGroups: args.existingLogGroups,
    protect: settings.protect,
    canaryPercent: settings.canaryPercent,
  });
  const durable = (name: FunctionName, description: string, executionTimeoutSeconds: number, grant: Grant = {}) =>
    new DurableFunction(name, { ...common(name, description), place, executionTimeoutSeconds, retentionDays: settings.executionRetentionDays, ...grant });

  return {
    report: durable("report", "Fetches, waits, processes and stores, invoked by a schedule", SHORT_EXECUTION_SECONDS, {
      environment: occurrences.environment,
      statements: occurrences.statements,
    }),
    math: durable("math", "Four operations in parallel branches", SHORT_EXECUTION_SECONDS),
    "poll-job": durable("poll-job", "Runs a job and polls until it has stopped", longExecutionSeconds, {
      environment: {
        ...taskEnvironment,
        POLL_INITIAL_SECONDS: String(settings.pollInitialSeconds),
        POLL_MAX_SECONDS: String(settings.pollMaxSeconds),
        POLL_BACKOFF_RATE: String(settings.pollBackoffRate),
      },
      statements: [...runStatements, ...controlStatements],
    }),
    "callback-job": durable("callback-job", "Runs a job and waits until it reports", longExecutionSeconds, {
      environment: { ...taskEnvironment, HEARTBEAT_TIMEOUT_SECONDS: String(settings.jobHeartbeatTimeoutSeconds) },
      statements: [
        ...runStatements,
        ...controlStatements,
        allow("KeepCallbackOpen", ["lambda:SendDurableExecutionCallbackHeartbeat"], [executionsOf(place, "callback-job")]),
        allow("CloseCallback", ["lambda:SendDurableExecutionCallbackFailure"], [executionsOf(place, "callback-job")]),
      ],
    }),
    "dispatch-job": durable("dispatch-job", "Starts a job that keeps its own record", dispatchExecutionSeconds(settings.jobCapacityWaitSeconds), {
      environment: { ...taskEnvironment, JOB_TABLE_NAME: jobTable.name, ...recordLife },
      statements: [...runStatements, allow("KeepRecord", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], [jobTable.arn])],
    }),
    "create-reminder": durable("create-reminder", "Creates a one-time schedule that starts reminder", SHORT_EXECUTION_SECONDS, {
      environment: {
        SCHEDULE_GROUP_NAME: reminders.group.name,
        SCHEDULE_ROLE_ARN: reminders.role.arn,
        REMINDER_ARN: aliasArn(place, "reminder"),
        SCHEDULE_DEAD_LETTER_QUEUE_ARN: reminders.deadLetterQueue.arn,
      },
      statements: reminders.callerStatements,
    }),
    reminder: durable("reminder", "Delivers a reminder, invoked by its one-time schedule", SHORT_EXECUTION_SECONDS, {
      environment: occurrences.environment,
      statements: occurrences.statements,
    }),
    "task-watchdog": new PublishedFunction("task-watchdog", {
      ...common("task-watchdog", "Ends executions whose task is gone, and tasks whose execution is gone"),
      environment: { ...watchdogEnvironment, ...recordLife },
      statements: [...watchdogStatements(place, jobRuntime, jobTable), ...jobRuntime.stopStatements, allow("KeepRecordClosed", ["dynamodb:PutItem"], [jobTable.arn])],
      reservedConcurrency: settings.watchdogReservedConcurrency,
    }),
    "task-sweep": new PublishedFunction("task-sweep", {
      ...common("task-sweep", "Compares tasks, executions and records, and repairs what no event has"),
      timeoutSeconds: SWEEP_SECONDS,
      environment: {
        ...watchdogEnvironment,
        JOB_FUNCTIONS: JOB_FUNCTIONS.map(functionName).join(","),
        CALLBACK_JOB: functionName("callback-job"),
      },
      statements: [
        ...watchdogStatements(place, jobRuntime, jobTable),
        ...jobRuntime.seeStatements,
        ...jobRuntime.stopStatements,
        allow("ListExecutions", ["lambda:ListDurableExecutionsByFunction"], JOB_FUNCTIONS.map((name) => functionArn(place, name))),
        allow("ListOpenRecords", ["dynamodb:Query"], [pulumi.interpolate`${jobTable.arn}/index/${OPEN_JOBS_INDEX}`]),
      ],
    }),
  };
}

/** What it takes to find what belongs together, and to close what has been left. */
function watchdogStatements(place: Place, { cluster }: JobRuntime, jobTable: aws.dynamodb.Table): Statement[] {
  return [
    allowWithoutResource("FindTasks", ["ecs:ListTasks"], { ArnEquals: { "ecs:cluster": cluster.arn } }),
    allow("SeeExecution", ["lambda:GetDurableExecution"], JOB_FUNCTIONS.map((name) => executionsOf(place, name))),
    allow("FailCallback", ["lambda:SendDurableExecutionCallbackFailure"], [executionsOf(place, "callback-job")]),
    allow("FailRecord", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [jobTable.arn]),
    allow("RunAgain", ["lambda:InvokeFunction"], [aliasArn(place, "dispatch-job")]),
  ];
}

/** What a person or a test script needs of each function, by its camel-cased name: `pollJobAliasArn`, `pollJobVersion`… */
export function functionOutputs(functions: Readonly<Record<FunctionName, PublishedFunction>>): Record<string, pulumi.Output<string>> {
  const outputs = Object.entries(functions).flatMap(([name, component]) => {
    const prefix = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    return [
      [`${prefix}AliasArn`, component.alias.arn],
      [`${prefix}FunctionName`, component.function.name],
      [`${prefix}Version`, component.function.version],
      [`${prefix}LogGroupName`, component.logGroup.name],
      [`${prefix}DeadLetterQueueUrl`, component.deadLetterQueue.url],
    ] as const;
  });
  return Object.fromEntries(outputs);
}
