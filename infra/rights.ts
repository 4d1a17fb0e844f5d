import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { OPEN_JOBS_INDEX } from "../functions/shared/job-record.ts";
import type { Right } from "../functions/shared/workflow.ts";
import { allow, allowWithoutResource, type Statement } from "./iam.ts";
import type { JobRuntime } from "./job-runtime.ts";
import { aliasArn, executionsOf, functionArn, functionName, type Place } from "./names.ts";
import type { Network } from "./network.ts";
import type { OccurrenceTable } from "./occurrence-table.ts";
import type { OneTimeSchedules } from "./one-time-schedules.ts";
import type { Settings } from "./settings.ts";
import { CALLBACK_FUNCTIONS, type FunctionName, JOB_FUNCTIONS, WAITING_FUNCTIONS } from "./workflows.ts";

/** What rights are about. */
export interface RightsArgs {
  readonly place: Place;
  readonly settings: Settings;
  readonly network: Network;
  readonly jobRuntime: JobRuntime;
  readonly jobTable: aws.dynamodb.Table;
  readonly reminders: OneTimeSchedules;
  readonly occurrences: OccurrenceTable;
}

/** What a right gives to a function. */
export interface Grant {
  readonly statements: readonly Statement[];
  /** Variables that tell the function what the statements name. */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What each right means, for the function that has it. Who has which stands in the functions' declarations. */
export function createRights(args: RightsArgs): Readonly<Record<Right, (name: FunctionName) => Grant>> {
  const { place, settings, jobRuntime, jobTable, reminders, occurrences } = args;
  const recordLife = { JOB_RECORD_TTL_DAYS: String(settings.jobRecordTtlDays) };
  return {
    runJobs: () => ({ statements: jobRuntime.runStatements, environment: taskEnvironment(args) }),
    followTasks: () => ({ statements: jobRuntime.seeStatements }),
    stopTasks: () => ({ statements: jobRuntime.stopStatements }),
    controlTasks: () => ({ statements: jobRuntime.controlStatements }),
    manageCallbacks: (name) => ({
      statements: [
        allow("KeepCallbackOpen", ["lambda:SendDurableExecutionCallbackHeartbeat"], [executionsOf(place, name)]),
        allow("CloseCallback", ["lambda:SendDurableExecutionCallbackFailure"], [executionsOf(place, name)]),
      ],
    }),
    keepRecord: () => ({
      statements: [allow("KeepRecord", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], [jobTable.arn])],
      environment: { JOB_TABLE_NAME: jobTable.name, ...recordLife },
    }),
    keepOccurrence: () => ({ statements: occurrences.statements, environment: occurrences.environment }),
    createReminders: () => ({
      statements: reminders.callerStatements,
      environment: {
        SCHEDULE_GROUP_NAME: reminders.group.name,
        SCHEDULE_ROLE_ARN: reminders.role.arn,
        REMINDER_ARN: aliasArn(place, "reminder"),
        SCHEDULE_DEAD_LETTER_QUEUE_ARN: reminders.deadLetterQueue.arn,
      },
    }),
    watchJobs: () => ({ statements: watchStatements(args), environment: watchEnvironment(args) }),
    closeRecords: () => ({ statements: [allow("KeepRecordClosed", ["dynamodb:PutItem"], [jobTable.arn])], environment: recordLife }),
    listJobs: () => ({
      statements: [
        allow("ListExecutions", ["lambda:ListDurableExecutionsByFunction"], JOB_FUNCTIONS.map((name) => functionArn(place, name))),
        allow("ListOpenRecords", ["dynamodb:Query"], [pulumi.interpolate`${jobTable.arn}/index/${OPEN_JOBS_INDEX}`]),
      ],
      environment: { JOB_FUNCTIONS: JOB_FUNCTIONS.map(functionName).join(",") },
    }),
  };
}

function taskEnvironment({ settings, network, jobRuntime }: RightsArgs): NonNullable<Grant["environment"]> {
  return {
    CLUSTER_ARN: jobRuntime.cluster.arn,
    JOBS: jobRuntime.taskDefinitionArns,
    CONTAINER_NAME: jobRuntime.containerName,
    SUBNET_IDS: network.taskSubnetIds.apply((ids) => ids.join(",")),
    SECURITY_GROUP_IDS: network.taskSecurityGroupId,
    ASSIGN_PUBLIC_IP: network.assignPublicIp,
    CAPACITY_PROVIDER: settings.jobCapacityProvider,
    JOB_TIME_LIMIT_SECONDS: String(settings.jobTimeLimitSeconds),
    JOB_CAPACITY_WAIT_SECONDS: String(settings.jobCapacityWaitSeconds),
    JOB_MAX_ATTEMPTS: String(settings.jobMaxAttempts),
  };
}

function watchEnvironment({ place, settings, jobRuntime, jobTable }: RightsArgs): NonNullable<Grant["environment"]> {
  return {
    CLUSTER_ARN: jobRuntime.cluster.arn,
    JOB_TABLE_NAME: jobTable.name,
    DISPATCH_JOB_ARN: aliasArn(place, "dispatch-job"),
    JOB_MAX_ATTEMPTS: String(settings.jobMaxAttempts),
  };
}

/** What it takes to find what belongs together, and to close what has been left. */
function watchStatements({ place, jobRuntime, jobTable }: RightsArgs): readonly Statement[] {
  return [
    allowWithoutResource("FindTasks", ["ecs:ListTasks"], { ArnEquals: { "ecs:cluster": jobRuntime.cluster.arn } }),
    allow("SeeExecution", ["lambda:GetDurableExecution"], JOB_FUNCTIONS.map((name) => executionsOf(place, name))),
    allow("CompleteCallback", ["lambda:SendDurableExecutionCallbackSuccess"], WAITING_FUNCTIONS.map((name) => executionsOf(place, name))),
    allow("FailCallback", ["lambda:SendDurableExecutionCallbackFailure"], CALLBACK_FUNCTIONS.map((name) => executionsOf(place, name))),
    allow("FailRecord", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [jobTable.arn]),
    allow("RunAgain", ["lambda:InvokeFunction"], [aliasArn(place, "dispatch-job")]),
  ];
}
