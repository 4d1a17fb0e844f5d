import * as pulumi from "@pulumi/pulumi";
import * as jobs from "./container/index.ts";
import { createAwsProvider } from "./infra/aws-provider.ts";
import { buildCode } from "./infra/build-code.ts";
import { checkDeclarations } from "./infra/declarations.ts";
import { findFunctionLogGroups } from "./infra/function-logs.ts";
import { createFunctions, functionOutputs } from "./infra/functions.ts";
import { requireImageBuilder } from "./infra/image-builder.ts";
import { JobRuntime } from "./infra/job-runtime.ts";
import { JobTable } from "./infra/job-table.ts";
import { aliasArn, findPlace } from "./infra/names.ts";
import { Network } from "./infra/network.ts";
import { Observability } from "./infra/observability/observability.ts";
import { OccurrenceTable } from "./infra/occurrence-table.ts";
import { OneTimeSchedules } from "./infra/one-time-schedules.ts";
import { boundAllRoles } from "./infra/permissions-boundary.ts";
import { createSchedules, scheduleOutputs } from "./infra/schedules.ts";
import { readSettings } from "./infra/settings.ts";
import { TaskWatchdog } from "./infra/task-watchdog.ts";
import { workflowCatalog } from "./infra/workflow-catalog.ts";

const settings = readSettings();
await checkDeclarations(import.meta.dirname, settings);
boundAllRoles(settings.permissionsBoundary);
const provider = createAwsProvider(settings);
const ours = { providers: [provider] };
const place = findPlace(settings.region, provider);
await requireImageBuilder(import.meta.dirname, jobs);
const build = await buildCode(import.meta.dirname);

const { table: jobTable } = new JobTable("jobs", { protect: settings.protect }, ours);
const jobRuntime = new JobRuntime("job", { place, settings, jobs, imageContexts: build.imageContexts, table: jobTable }, ours);
const network = new Network("network", { place, settings, use: jobRuntime.endpointUse }, ours);
const reminders = new OneTimeSchedules("reminders", { place, targetArn: aliasArn(place, "reminder"), protect: settings.protect }, ours);
const occurrences = new OccurrenceTable("occurrences", { protect: settings.protect }, ours);
const logGroups = await findFunctionLogGroups(provider);
const functions = createFunctions({ place, settings, existingLogGroups: logGroups, bundles: build.functions, network, jobRuntime, jobTable, reminders, occurrences }, ours);
const schedules = createSchedules(place, settings, functions, ours);
const watchdog = new TaskWatchdog(
  "watchdog",
  {
    place,
    watchdog: functions["task-watchdog"],
    sweep: functions["task-sweep"],
    clusterArn: jobRuntime.cluster.arn,
  },
  ours,
);
const observability = new Observability(
  "observability",
  {
    place,
    settings,
    cluster: jobRuntime.cluster,
    functions,
    schedules: { ...schedules, "sweep-schedule": watchdog.sweepSchedule, reminders },
    eventDeadLetterQueues: { watchdog: watchdog.deadLetterQueue },
  },
  ours,
);

/** Stack outputs: an API for people, scripts and tests. Flat strings, stable names. */
export default {
  region: settings.region,
  vpcId: network.vpcId,
  clusterArn: jobRuntime.cluster.arn,
  ...jobRuntime.outputs,
  jobTableName: jobTable.name,
  reminderScheduleGroupName: reminders.group.name,
  scheduleDeadLetterQueueUrl: reminders.deadLetterQueue.url,
  occurrenceTableName: occurrences.table.name,
  sweepScheduleName: watchdog.sweepSchedule.schedule.name,
  sweepScheduleDeadLetterQueueUrl: watchdog.sweepSchedule.deadLetterQueue.url,
  watchdogRuleArns: pulumi.all(watchdog.rules.map((rule) => rule.arn)).apply((arns) => arns.join(",")),
  watchdogDeadLetterQueueUrl: watchdog.deadLetterQueue.url,
  alarmTopicArn: observability.topic.arn,
  dashboardName: observability.dashboard.dashboardName,
  taskFailuresQueueUrl: observability.taskFailures.queue.url,
  workflows: workflowCatalog(settings),
  ...scheduleOutputs(schedules),
  ...functionOutputs(functions),
};
