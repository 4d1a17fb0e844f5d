import type { Event } from "@aws-sdk/client-lambda";
import { hasEnded } from "../operator/execution-status.ts";
import type { Ledger } from "./ledger.ts";
import { isTerminal, type ObservedExecution, type ObservedTask } from "./observe.ts";

/** In the order of the table's columns, with their headings. */
export const CHECKS = {
  lost: "lost",
  endedTwice: "ended twice",
  notEnded: "not ended",
  stepsAgain: "steps again",
  tasksTwice: "tasks twice",
  momentsLost: "moments lost",
  momentsTwice: "moments twice",
  callbacksLost: "callbacks lost",
  recordsOpen: "records open",
  leftBehind: "left behind",
} as const;
export type Check = keyof typeof CHECKS;

export interface Finding {
  readonly check: Check;
  readonly workflow: string;
  readonly what: string;
}

/** Everything that could be seen of a run, from outside, when all was over. */
export interface Observations {
  readonly executions: readonly ObservedExecution[];
  readonly tasks: readonly ObservedTask[];
  /** By task id. */
  readonly taskStarts: ReadonlyMap<string, number>;
  /** Runs of steps: execution id, name, epoch milliseconds. */
  readonly stepRuns: readonly { readonly executionId: string; readonly step: string; readonly at: number }[];
  /** Keys that the plain function was given. */
  readonly notes: ReadonlySet<string>;
  /** Of dispatched jobs, by job id. */
  readonly records: ReadonlyMap<string, string | undefined>;
  /** Schedules of every minute: which workflow they start, and between which moments they were there (epoch milliseconds). */
  readonly minutely: readonly { readonly workflow: string; readonly from: number; readonly to: number }[];
  /** One-time schedules and processes that are still there. */
  readonly remains: readonly string[];
}

export interface Audit {
  readonly findings: readonly Finding[];
  /** How much each check had to look at: a zero there makes a zero of findings worthless. */
  readonly checked: Readonly<Record<Check, number>>;
}

const MINUTE_MS = 60_000;

/** What was promised, held against what was seen. */
export function audit(ledger: Ledger, seen: Observations): Audit {
  const parts = [
    lost(ledger, seen),
    endings(ledger, seen),
    stepsAgain(seen),
    tasksTwice(seen),
    moments(ledger, seen),
    callbacks(ledger, seen),
    records(seen),
    leftBehind(seen),
  ];
  const checked = Object.fromEntries(Object.keys(CHECKS).map((check) => [check, 0])) as Record<Check, number>;
  for (const part of parts) for (const [check, count] of Object.entries(part.checked)) checked[check as Check] += count;
  return { findings: parts.flatMap((part) => part.findings), checked };
}

interface Part {
  readonly findings: readonly Finding[];
  readonly checked: Partial<Record<Check, number>>;
}

/** Whatever was accepted is there: executions, what executions invoked, events of the plain function. */
function lost(ledger: Ledger, { executions, notes }: Observations): Part {
  const known = new Set(executions.map(({ executionArn }) => executionArn));
  const invoked = executions.flatMap(({ workflow, events }) =>
    events.flatMap(({ ChainedInvokeStartedDetails: details }) => {
      const executionArn = details?.DurableExecutionArn;
      return executionArn === undefined ? [] : [{ workflow, executionArn }];
    }),
  );
  const promised = [...ledger.executions, ...invoked];
  return {
    findings: [
      ...promised.filter(({ executionArn }) => !known.has(executionArn)).map(({ workflow, executionArn }) => finding("lost", workflow, executionArn)),
      ...ledger.notes.filter((key) => !notes.has(key)).map((key) => finding("lost", "note", key)),
    ],
    checked: { lost: promised.length + ledger.notes.length },
  };
}

/** Each execution has one terminal event, its last, and what was once seen of its end stays so. */
function endings(ledger: Ledger, { executions }: Observations): Part {
  const findings: Finding[] = [];
  for (const { workflow, executionArn, status, events } of executions) {
    if (!hasEnded(status)) {
      findings.push(finding("notEnded", workflow, executionArn));
      continue;
    }
    const ends = events.filter(isTerminal);
    const last = events.at(-1);
    if (ends.length !== 1 || last === undefined || !isTerminal(last)) {
      findings.push(finding("endedTwice", workflow, `${executionArn}: ${ends.length} terminal events, the last event is ${last?.EventType ?? "missing"}`));
    }
  }
  for (const { executionArn, before, after } of ledger.changed) findings.push(finding("endedTwice", "-", `${executionArn}: first ${before}, then ${after}`));
  return { findings, checked: { endedTwice: executions.length, notEnded: executions.length } };
}

/**
 * A step has been recorded when its success, or its final failure, is in the history: that event's time stamp is given in the
 * very turn whose transaction records it, so a run that a kill cut off before the commit has no event, and its repeat
 * records a later one. Marks of a step's runs carry the time at which they began, by the same machine's clock. Hence: **no
 * run of a step may begin after the time stamp of its recorded end**, and a step under at-most-once semantics may run once.
 */
function stepsAgain({ executions, stepRuns }: Observations): Part {
  const findings: Finding[] = [];
  const recorded = new Map<string, number>();
  let checked = 0;
  for (const { workflow, executionId, executionArn, events } of executions) {
    for (const [id, ends] of Map.groupBy(events.filter(isFinalStepEvent), ({ Id }) => Id)) {
      checked++;
      if (ends.length > 1) findings.push(finding("stepsAgain", workflow, `${executionArn}: step ${id ?? ""} was recorded ${ends.length} times`));
      const [end] = ends;
      if (end?.Name !== undefined) recorded.set(`${executionId} ${end.Name}`, end.EventTimestamp?.getTime() ?? 0);
    }
  }
  const workflowOf = new Map(executions.map(({ executionId, workflow }) => [executionId, workflow]));
  for (const { executionId, step, at } of stepRuns) {
    const end = recorded.get(`${executionId} ${step}`);
    if (end !== undefined && at > end) {
      findings.push(finding("stepsAgain", workflowOf.get(executionId) ?? "-", `${executionId}: ${step} ran again ${at - end} ms after it was recorded`));
    }
  }
  const once = Map.groupBy(stepRuns.filter(({ step }) => step === "at-most-once"), ({ executionId }) => executionId);
  for (const [executionId, runs] of once) {
    if (runs.length > 1) findings.push(finding("stepsAgain", workflowOf.get(executionId) ?? "-", `${executionId}: at-most-once ran ${runs.length} times`));
  }
  return { findings, checked: { stepsAgain: checked } };
}

/** A step's success or failure is final unless it announces a next attempt. */
function isFinalStepEvent({ EventType: type, StepSucceededDetails: succeeded, StepFailedDetails: failed }: Event): boolean {
  if (type !== "StepSucceeded" && type !== "StepFailed") return false;
  return (succeeded ?? failed)?.RetryDetails?.NextAttemptDelaySeconds === undefined;
}

/** One task for each attempt of an execution at its job, and one process for each task. */
function tasksTwice({ tasks, taskStarts, executions }: Observations): Part {
  const workflowOf = new Map(executions.map(({ executionArn, workflow }) => [executionArn, workflow]));
  const findings: Finding[] = [];
  for (const [attempt, started] of Map.groupBy(tasks, (task) => `${task.executionArn}, attempt ${task.attempt}`)) {
    const [first] = started;
    if (started.length > 1) findings.push(finding("tasksTwice", workflowOf.get(first?.executionArn ?? "") ?? "-", `${attempt}: ${started.length} tasks`));
  }
  for (const [id, count] of taskStarts) if (count > 1) findings.push(finding("tasksTwice", "-", `task ${id} has been started ${count} times`));
  return { findings, checked: { tasksTwice: tasks.length } };
}

/** Each moment of a schedule starts its target once. */
function moments(ledger: Ledger, { executions, minutely }: Observations): Part {
  const findings: Finding[] = [];
  const expect = (workflow: string, name: string, started: number) => {
    if (started === 0) findings.push(finding("momentsLost", workflow, name));
    if (started > 1) findings.push(finding("momentsTwice", workflow, `${name}: started ${started} executions`));
  };
  const named = Map.groupBy(executions.filter(({ workflow }) => workflow === "tick"), ({ input }) => (input as { schedule: string }).schedule);
  for (const name of ledger.schedules) expect("tick", name, named.get(name)?.length ?? 0);

  const reminded = Map.groupBy(executions.filter(({ workflow }) => workflow === "reminder"), ({ input }) => (input as { key: string }).key);
  const created = executions.filter(({ workflow, result }) => workflow === "createReminder" && (result as { created?: boolean } | undefined)?.created === true);
  for (const { result } of created) {
    const { key } = result as { key: string };
    expect("reminder", key, reminded.get(key)?.length ?? 0);
  }

  let minutes = 0;
  for (const { workflow, from, to } of minutely) {
    const started = new Map<number, number>();
    for (const { workflow: other, input } of executions) {
      const moment = other === workflow ? minuteOf(input) : undefined;
      if (moment !== undefined) started.set(moment, (started.get(moment) ?? 0) + 1);
    }
    for (let moment = Math.floor(from / MINUTE_MS + 1) * MINUTE_MS; moment <= to; moment += MINUTE_MS) {
      minutes++;
      expect(workflow, new Date(moment).toISOString(), started.get(moment) ?? 0);
    }
  }
  const checked = ledger.schedules.length + created.length + minutes;
  return { findings, checked: { momentsLost: checked, momentsTwice: checked } };
}

/** The moment for which a schedule of every minute has started an execution. */
function minuteOf(input: unknown): number | undefined {
  const { schedule, moment, scheduledTime } = input as { schedule?: string; moment?: string; scheduledTime?: string };
  const text = schedule === "every-minute" ? moment : scheduledTime;
  return text === undefined ? undefined : Date.parse(text);
}

/** An answer that was acknowledged reaches its execution: those of the driver, and those of jobs that ended with 0. */
function callbacks(ledger: Ledger, { executions, tasks }: Observations): Part {
  const byId = new Map(executions.map((execution) => [execution.executionId, execution]));
  const byArn = new Map(executions.map((execution) => [execution.executionArn, execution]));
  const reported = tasks.filter(({ reportTo, exitCode }) => reportTo === "callback" && exitCode === 0);
  return {
    findings: [
      ...ledger.answers
        .filter(({ executionId, answer }) => (byId.get(executionId)?.result as { answer?: string } | undefined)?.answer !== answer)
        .map(({ executionId }) => finding("callbacksLost", "callback", executionId)),
      ...reported
        .filter((task) => !hasReported(task, byArn.get(task.executionArn)?.events ?? []))
        .map(({ executionArn, taskArn }) => finding("callbacksLost", "callbackJob", `${executionArn}, of ${taskArn}`)),
    ],
    checked: { callbacksLost: ledger.answers.length + reported.length },
  };
}

/**
 * A job ends with 0 when its report was taken, or refused because the callback was closed already: so either its callback
 * has succeeded, or it or its execution had ended before the job.
 */
function hasReported({ callbackId, stoppedAt }: ObservedTask, events: readonly Event[]): boolean {
  const id = events.find(({ CallbackStartedDetails: started }) => started?.CallbackId === callbackId)?.Id;
  const end = events.find((event) => isTerminal(event) || (event.Id === id && CALLBACK_ENDS.includes(event.EventType ?? "")));
  return end?.EventType === "CallbackSucceeded" || (end?.EventTimestamp?.getTime() ?? Infinity) <= stoppedAt;
}

const CALLBACK_ENDS: readonly string[] = ["CallbackSucceeded", "CallbackFailed", "CallbackTimedOut"];

/** The record of every dispatched job is closed, and says what its task said. */
function records({ records: statuses, tasks, executions }: Observations): Part {
  const findings: Finding[] = [];
  for (const [jobId, status] of statuses) {
    if (status !== "SUCCEEDED" && status !== "FAILED") findings.push(finding("recordsOpen", "dispatchJob", `${jobId}: ${status ?? "no record"}`));
  }
  // A job's report comes too late for a record that was closed when its execution was stopped.
  const stopped = new Set(executions.filter(({ status }) => status === "STOPPED").map(({ executionArn }) => executionArn));
  const succeeded = tasks.filter(({ reportTo, exitCode, executionArn }) => reportTo === "record" && exitCode === 0 && !stopped.has(executionArn));
  for (const { jobId } of succeeded) {
    if (statuses.get(jobId) !== "SUCCEEDED") findings.push(finding("recordsOpen", "dispatchJob", `${jobId}: its task succeeded, the record says ${statuses.get(jobId) ?? "nothing"}`));
  }
  return { findings, checked: { recordsOpen: statuses.size } };
}

/** No task, no schedule and no process is left. */
function leftBehind({ tasks, remains }: Observations): Part {
  const open = tasks.filter(({ lastStatus }) => lastStatus !== "STOPPED").map(({ taskArn, lastStatus }) => `${taskArn}: ${lastStatus}`);
  return { findings: [...open, ...remains].map((what) => finding("leftBehind", "-", what)), checked: { leftBehind: tasks.length } };
}

function finding(check: Check, workflow: string, what: string): Finding {
  return { check, workflow, what };
}
