import type { Observed } from "./answer.ts";

/** How an execution ended. */
export interface Ended {
  readonly status: string;
  readonly error?: { readonly ErrorType?: string; readonly ErrorMessage?: string };
}

/** A job's task reports nothing and exits with 3 while callback-job waits for its callback. */
export interface CrashedJob extends Ended {
  /** From the stop of the task to the end of the execution. Undefined if ECS no longer lists the task. */
  readonly secondsAfterStop?: number;
  /** Log lines of task-watchdog since then. */
  readonly watchdogLines: number;
}

/** An event takes seconds; the sweep that repairs what events missed comes every 15 minutes. */
const BY_EVENT_SECONDS = 120;

export function judgeWatchdog({ status, error, secondsAfterStop, watchdogLines }: CrashedJob): Observed {
  const evidence = [
    `callback-job ended as ${status}, ${error?.ErrorType ?? "no error"}: ${error?.ErrorMessage ?? ""}`,
    `${secondsAfterStop === undefined ? "an unknown time" : `${secondsAfterStop.toFixed(1)} s`} after its task stopped; task-watchdog wrote ${watchdogLines} log lines`,
  ];
  if (error?.ErrorType === "JobTimedOut") return { answer: "no: nobody told the execution, and its heartbeat timed out", evidence };
  if (error?.ErrorType !== "JobFailed") return { answer: "unclear: the execution did not fail as a crashed job does", evidence };
  if (secondsAfterStop !== undefined && secondsAfterStop > BY_EVENT_SECONDS) return { answer: "unclear: it came so late that the sweep may have repaired it", evidence };
  return watchdogLines === 0 ? { answer: "unclear: the execution was told, but task-watchdog has written no log line", evidence } : { answer: "yes: task-watchdog failed the callback of the job that crashed", evidence };
}

export interface StartedTask {
  readonly polled: Ended;
  readonly reported: Ended;
  /** Lines of the job's log group since then. */
  readonly jobLines: number;
}

export function judgeTaskStart({ polled, reported, jobLines }: StartedTask): Observed {
  const end = (name: string, { status, error }: Ended) => `${name}: ${status}${error === undefined ? "" : `, ${error.ErrorType ?? ""}: ${error.ErrorMessage ?? ""}`}`;
  const evidence = [end("poll-job", polled), end("callback-job", reported), `${jobLines} lines in the job's log group`];
  if (polled.status !== "SUCCEEDED") return { answer: "no: the task did not start or did not end well", evidence };
  if (jobLines === 0) return { answer: "in part: the task ran, but its execution role wrote no log line", evidence };
  return reported.status === "SUCCEEDED" ? { answer: "yes: both roles can be assumed, and the task role can report", evidence } : { answer: "in part: the task ran, but its task role could not report to the callback", evidence };
}

/** Executions of `math` in the time that the metrics cover: one succeeded, one returned FAILED. Others spoil the count. */
export interface Counted {
  readonly executions: number;
  /** Billed operations of both by their histories; one more may be metered that no history shows. */
  readonly operations: number;
}

/** Statistics of a metric over that time. Undefined: no value yet. */
export interface Statistics {
  readonly sum?: number;
  readonly maximum?: number;
  readonly samples?: number;
}

const OWN_EXECUTIONS = 2;

function spoilt({ executions }: Counted): string | undefined {
  return executions === OWN_EXECUTIONS ? undefined : `unclear: math ran ${executions} times in these minutes instead of ${OWN_EXECUTIONS}; run it again when nobody else does`;
}

export function judgeOperations(counted: Counted, { sum, maximum, samples }: Statistics, dimensions: readonly string[]): Observed {
  const evidence = [
    `DurableExecutionOperations of math: Sum ${show(sum)}, Maximum ${show(maximum)}, SampleCount ${show(samples)}; operations by the histories: ${counted.operations}`,
    `dimensions it comes with: ${dimensions.join(" | ") || "none listed yet"}`,
  ];
  if (sum === undefined) return { answer: "not observed: the metric has no value yet", evidence };
  const answer = spoilt(counted) ?? (sum === counted.operations ? "yes: the Sum is the number of operations" : `no: the Sum is ${sum}, and the histories have ${counted.operations}`);
  return { answer, evidence };
}

export function judgeErrors(counted: Counted, errors: Statistics, failed: Statistics): Observed {
  const evidence = [`of math: Errors Sum ${show(errors.sum)}, DurableExecutionFailed Sum ${show(failed.sum)}`];
  if (errors.sum === undefined || failed.sum === undefined) return { answer: "not observed: one of the metrics has no value yet", evidence };
  return { answer: spoilt(counted) ?? (errors.sum > 0 ? "yes: it counts in Errors" : "no: Errors stays 0"), evidence };
}

/** Seconds from the end of the failed execution until each metric was first seen. */
export interface FirstSeen {
  readonly reported?: number;
  readonly failed?: number;
}

export function judgeDelay({ reported, failed }: FirstSeen): Observed {
  const seconds = (value: number | undefined) => (value === undefined ? "not seen" : `${Math.round(value)} s`);
  const evidence = [`after the end of the execution, read every 20 s: FailuresReported (log line) ${seconds(reported)}, DurableExecutionFailed (Lambda) ${seconds(failed)}`];
  if (reported === undefined || failed === undefined) return { answer: "not observed: one of the metrics was not seen in time", evidence };
  return { answer: `${Math.round(Math.abs(reported - failed))} s: ${reported < failed ? "the log line's metric" : "Lambda's metric"} comes first`, evidence };
}

export interface AlarmSeries {
  readonly name: string;
  readonly state: string;
  readonly evaluation?: string;
  /** What the alarm's own queries compute over the last hour, oldest first. */
  readonly values: readonly number[];
}

export function judgeRunningSum(alarms: readonly AlarmSeries[]): Observed {
  const evidence = alarms.map(({ name, state, evaluation, values }) => `${name}: ${state}${evaluation === undefined ? "" : `, ${evaluation}`}; values ${values.join(" ") || "none"}`);
  if (alarms.length === 0) return { answer: "not observed: there is no such alarm", evidence };
  if (alarms.some(({ evaluation }) => evaluation !== undefined)) return { answer: "no: CloudWatch cannot evaluate the expression", evidence };
  if (alarms.every(({ values }) => values.length === 0)) return { answer: "not observed: the expression has no value yet", evidence };
  const open = alarms.filter(({ values }) => (values.at(-1) ?? 0) !== 0);
  return open.length === 0 ? { answer: "yes: it has values, and ends at 0 after a failure that the workflow reported", evidence } : { answer: `it has values, and does not end at 0: ${open.map(({ name }) => name).join(", ")}`, evidence };
}

export function judgeUsage(dimensions: readonly string[], maximum: number | undefined): Observed {
  const evidence = [`ResourceCount of Service=Scheduler: ${dimensions.join(" | ") || "no such metric"}`, `highest value in three hours: ${show(maximum)}`];
  if (dimensions.length === 0) return { answer: "not observed: CloudWatch lists no usage metric of the Scheduler", evidence };
  const expected = dimensions.some((set) => ["Class=None", "Resource=ApproximateSchedule", "Type=Resource"].every((dimension) => set.includes(dimension)));
  return { answer: expected ? "yes: with the four dimensions that the alarm names" : "no: the alarm names other dimensions", evidence };
}

function show(value: number | undefined): string {
  return value === undefined ? "none" : String(value);
}
