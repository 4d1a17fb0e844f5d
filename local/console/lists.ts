import { type DeadLetter, type HomeView, LONGEST_LIST, type ScheduleView, type TaskView } from "../../operator/page/api.ts";
import { isOneTime, nextMoment } from "../../operator/schedule/next-moment.ts";
import type { Task } from "../ecs/task.ts";
import type { Schedule } from "../scheduler/schedules.ts";
import type { StoredMessage } from "../sqs/message-browser.ts";
import { executionSummary, failedExecution, openCallbacks } from "./execution-view.ts";
import { type ConsoleServices, workflowOf } from "./services.ts";
import { taskOutcome } from "./timeline.ts";

const HOME_ROWS = 12;
/** More than are shown: some may be marked as seen. */
const HOME_FAILURES = 50;
const NEXT_MOMENTS = 5;

export function homeView(services: ConsoleServices): HomeView {
  const { executions, clock } = services;
  const now = clock.now();
  const running = executions.list({ status: "RUNNING" }, { now, offset: 0, limit: HOME_ROWS });
  const failed = (["FAILED", "TIMED_OUT"] as const)
    .flatMap((status) => executions.list({ status }, { now, offset: 0, limit: HOME_FAILURES }))
    .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
    .slice(0, HOME_FAILURES);
  return {
    callbacks: openCallbacks(services, HOME_ROWS),
    failed: failed.map((row) => failedExecution(services, row)),
    failedTotal: executions.count({ status: "FAILED" }, now),
    timedOutTotal: executions.count({ status: "TIMED_OUT" }, now),
    stoppedTasks: services.taskBrowser
      .newest(LONGEST_LIST)
      .filter((task) => taskOutcome(task) === "FAILED")
      .slice(0, HOME_FAILURES)
      .map((task) => taskView(services, task)),
    deadLetters: services.messages.count(),
    running: { total: executions.count({ status: "RUNNING" }, now), offset: 0, rows: running.map((row) => executionSummary(services, row)) },
    next: scheduleViews(services)
      .filter(({ nextMoments }) => nextMoments.length > 0)
      .sort((a, b) => (a.nextMoments[0] ?? 0) - (b.nextMoments[0] ?? 0))
      .slice(0, HOME_ROWS),
  };
}

export function taskViews(services: ConsoleServices): TaskView[] {
  return services.taskBrowser.newest(LONGEST_LIST).map((task) => taskView(services, task));
}

export function scheduleViews(services: ConsoleServices): ScheduleView[] {
  return services.scheduler.list().map((schedule) => scheduleView(services, schedule));
}

export function deadLetterViews(services: ConsoleServices): DeadLetter[] {
  const messages = services.messages.newest(LONGEST_LIST);
  // Of a durable function, the request is the execution.
  const rows = services.executions.byExecutionIds(messages.flatMap(({ attributes }) => attributes["RequestID"]?.StringValue ?? []));
  return messages.map((message) => {
    const target = redriveTarget(services, message);
    const row = rows.get(message.attributes["RequestID"]?.StringValue ?? "");
    return {
      queue: message.queueName,
      sequence: message.sequence,
      sentAt: message.sentAt,
      body: message.body,
      attributes: Object.fromEntries(Object.entries(message.attributes).map(([name, { StringValue }]) => [name, StringValue ?? ""])),
      execution: row && { arn: services.executions.arnOf(row), name: row.name },
      target: target && shortTarget(services, target),
    };
  });
}

/** Where a dead letter was to go: its schedule says so, or the queue is a function's own. @returns a function's ARN with qualifier */
export function redriveTarget({ registry }: ConsoleServices, { queueArn, attributes }: StoredMessage): string | undefined {
  const target = attributes["TARGET_ARN"]?.StringValue;
  if (target !== undefined) return target;
  const owner = registry.functions().find(({ deadLetterQueueArn }) => deadLetterQueueArn === queueArn);
  if (owner === undefined) return undefined;
  return registry.aliases(owner.functionArn).find(({ name }) => name === "live")?.version.qualifiedArn ?? owner.qualifiedArn;
}

function taskView(services: ConsoleServices, task: Task): TaskView {
  const variables = task.overrides.containerOverrides?.flatMap(({ environment }) => environment ?? []) ?? [];
  const { arn, id, family, lastStatus, desiredStatus, createdAt, startedAt, stoppedAt, stopCode, stoppedReason } = task;
  const executionArn = variables.find(({ name }) => name === "EXECUTION_ARN")?.value;
  return {
    ...{ arn, id, family, lastStatus, desiredStatus, createdAt, startedAt, stoppedAt, stopCode, stoppedReason },
    exitCode: task.containers.find(({ exitCode }) => exitCode !== undefined)?.exitCode,
    executionArn,
    workflow: executionArn && shortTarget(services, executionArn),
  };
}

function scheduleView(services: ConsoleServices, { definition, anchor, lastMoment, next }: Schedule): ScheduleView {
  const nextMoments: number[] = [];
  let moment = next?.moment;
  while (moment !== undefined && nextMoments.length < NEXT_MOMENTS) {
    nextMoments.push(moment);
    moment = nextMoment(definition, anchor, moment);
  }
  return {
    arn: definition.arn,
    name: definition.name,
    groupName: definition.groupName,
    expression: definition.scheduleExpression,
    timeZone: definition.scheduleExpressionTimezone,
    state: definition.state,
    target: shortTarget(services, definition.target.arn),
    lastMoment,
    nextMoments,
    oneTime: isOneTime(definition),
  };
}

function shortTarget(services: ConsoleServices, targetArn: string): string {
  const [, name] = /:function:([^:]+)/.exec(targetArn) ?? [];
  return name === undefined ? targetArn : workflowOf(services, name);
}
