import type { ECSClient } from "@aws-sdk/client-ecs";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { executionEnd } from "../shared/execution-state.ts";
import type { JobTable, OpenJob } from "../shared/job-record.ts";
import type { Log } from "../../container/kit/log.ts";
import { orphanReason } from "../shared/orphans.ts";
import { reportEnd, reportStopped, type Reporting } from "../shared/stop-report.ts";
import { stopTask } from "../shared/task.ts";
import type { Time } from "./pace.ts";
import { describeTasks, listTasks, openExecutions, type SweptTask } from "./read.ts";

export interface SweepOptions {
  readonly ecs: ECSClient;
  readonly lambda: LambdaClient;
  readonly table: JobTable;
  readonly reporting: Reporting;
  readonly clusterArn: string;
  /** Functions whose executions a task may work for. */
  readonly jobFunctions: readonly string[];
  /** What is younger may be in one list and not yet in another, and its event may still be on its way. */
  readonly settleMs: number;
  readonly time: Time;
  readonly log: Log;
}

/** A job's own process ends some seconds after its time limit; beyond this nothing inside the task will. */
const LIMIT_GRACE_MS = 120_000;
/** Pages of stopped tasks that one sweep reads at most: at 20 starts a second, ECS knows 720. */
const STOPPED_PAGES = 200;

/**
 * Compares tasks, executions and records, and repairs what no event has: events may be lost.
 *
 * Lists only name candidates, because they are read one after the other. Executions and records are read before tasks, so that whatever
 * starts meanwhile looks too young, never abandoned. Each candidate is read again by a call of its own, and the repair is a single write with
 * a condition, or the stop of a task whose execution has ended, which is final.
 */
export class Sweep {
  readonly #options: SweepOptions;
  readonly #startedAt: number;
  /** What was repaired, by kind: for the log and its metric. */
  readonly repaired = { tasks: 0, records: 0, callbacks: 0 };

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#startedAt = options.time.now();
  }

  /** @throws what a list call failed with; what was found before is repaired by then, or by the next sweep */
  async run(): Promise<void> {
    const { ecs, lambda, table, clusterArn, jobFunctions } = this.#options;
    const open = new Map<string, number>();
    for (const name of jobFunctions) {
      for (const [executionArn, startedAt] of await openExecutions(lambda, name)) {
        open.set(executionArn, startedAt);
      }
    }
    const isOpen = (executionArn: string) => open.has(executionArn);
    const records = await table.listOpen();
    const live: SweptTask[] = [];
    const attempts = new Set(records.map(({ jobId, attempt }) => `${jobId} ${attempt}`));
    for await (const page of listTasks(ecs, clusterArn, "RUNNING")) {
      live.push(...page);
      // At once: with very many tasks, the lists alone may take longer than a sweep.
      await this.#tasks(page, attempts, isOpen);
    }
    await this.#records(records, live, isOpen);
    await this.#callbacks(open, live);
  }

  /** Stops tasks whose execution or record has ended, and dispatched ones that are past their time limit. */
  async #tasks(page: readonly SweptTask[], attempts: ReadonlySet<string>, isOpen: (executionArn: string) => boolean): Promise<void> {
    const { lambda, table } = this.#options;
    for (const task of page.filter(({ wanted, createdAt }) => wanted && this.#isSettled(createdAt))) {
      const { report, attempt } = task;
      const expected = report.to === "record" ? attempts.has(`${report.jobId} ${attempt}`) : isOpen(task.executionArn);
      if (!expected) {
        await this.#stop(task, await orphanReason(task, lambda, table, { leaveSucceeded: false }));
      } else if (report.to === "record" && this.#isPastLimit(task)) {
        const message = `The job was still running after its time limit of ${task.timeLimitSeconds} s`;
        // The record first: the stop's event must not find it open, and say that somebody stopped the task.
        if (await table.setFailed(report.jobId, attempt, { errorType: "JobTimedOut", errorMessage: message })) {
          this.#repairedRecord({ jobId: report.jobId, executionArn: task.executionArn, attempt }, message);
        }
        await this.#stop(task, message);
      }
    }
  }

  async #stop({ taskArn, executionArn, attempt }: SweptTask, reason: string | undefined): Promise<void> {
    if (reason === undefined) {
      return;
    }
    const { ecs, clusterArn, log } = this.#options;
    await stopTask(ecs, clusterArn, taskArn, reason);
    this.repaired.tasks += 1;
    log("WARN", "A task was stopped", { executionArn, operationName: "run-task", attempt, taskArn, reason });
  }

  /** Closes open records whose task or execution is gone. */
  async #records(records: readonly OpenJob[], live: readonly SweptTask[], isOpen: (executionArn: string) => boolean): Promise<void> {
    const { ecs, clusterArn, reporting } = this.#options;
    const running = new Set(live.flatMap(({ report, attempt }) => (report.to === "record" ? [`${report.jobId} ${attempt}`] : [])));
    const taskless = records.filter(({ jobId, attempt }) => !running.has(`${jobId} ${attempt}`));
    const described = await describeTasks(ecs, clusterArn, taskless.flatMap(({ taskArn }) => taskArn ?? []));
    const tasks = new Map(described.map((task) => [task.taskArn, task]));
    for (const job of taskless) {
      const task = job.taskArn === undefined ? undefined : tasks.get(job.taskArn);
      if (task?.stopped === true) {
        if (this.#isSettled(Date.parse(task.stop.stoppedAt ?? "")) && (await reportStopped(task, reporting))) {
          this.#repairedRecord(job, "its task has stopped");
        }
      } else if (task === undefined && !isOpen(job.executionArn)) {
        await this.#closeAbandoned(job);
      }
    }
  }

  /** A record without a task that ECS knows, whose execution isn't open. */
  async #closeAbandoned(job: OpenJob): Promise<void> {
    const { lambda, table, reporting } = this.#options;
    const record = await table.find(job.jobId);
    const unchanged = record?.attempt === job.attempt && record.executionArn === job.executionArn;
    if (!unchanged || !this.#isSettled(Date.parse(record.updatedAt))) {
      return;
    }
    const end = await executionEnd(lambda, job.executionArn);
    if (end === undefined) {
      return;
    }
    const stopped = end === "STOPPED" || end === "TIMED_OUT" || end === "FAILED";
    const closed = stopped
      ? await table.setExecutionFailed(job.jobId, job.executionArn, { errorType: "JobFailed", errorMessage: `The execution that dispatched the job ended: ${end}` })
      : await reportEnd({ to: "record", jobId: job.jobId }, job.attempt, { errorType: "JobLost", errorMessage: "ECS no longer knows the job's task, and nothing was reported" }, reporting);
    if (closed) {
      this.#repairedRecord(job, `its task is gone, its execution: ${end}`);
    }
  }

  #repairedRecord({ jobId, executionArn, attempt }: Pick<OpenJob, "jobId" | "executionArn" | "attempt">, reason: string): void {
    this.repaired.records += 1;
    this.#options.log("WARN", "An open record was closed", { executionArn, operationName: "run-task", attempt, jobId, reason });
  }

  /**
   * Completes callbacks whose task has stopped. The polls of `poll-job` would find the stop, but later; those of a job of many months only if
   * ECS still knows it. A task of `callback-job` that ECS no longer knows is noticed by the callback's time-outs.
   */
  async #callbacks(open: ReadonlyMap<string, number>, live: readonly SweptTask[]): Promise<void> {
    const { ecs, clusterArn, reporting, log } = this.#options;
    const working = new Set(live.map(({ executionArn }) => executionArn));
    // Executions that wait for capacity are among them, and have nothing to be failed.
    const taskless = new Set([...open].flatMap(([arn, startedAt]) => (this.#isSettled(startedAt) && !working.has(arn) ? [arn] : [])));
    if (taskless.size === 0) {
      return;
    }
    let pages = 0;
    for await (const page of listTasks(ecs, clusterArn, "STOPPED")) {
      for (const task of page.filter(({ stopped, report, stop, executionArn }) => stopped && report.to !== "record" && this.#isSettled(Date.parse(stop.stoppedAt ?? "")) && taskless.has(executionArn))) {
        if (await reportStopped(task, reporting)) {
          this.repaired.callbacks += 1;
          const { executionArn, attempt, taskArn } = task;
          log("WARN", "A callback was completed: its task has stopped", { executionArn, operationName: "run-task", attempt, taskArn });
        }
      }
      pages += 1;
      if (pages === STOPPED_PAGES) {
        return;
      }
    }
  }

  #isSettled(since: number): boolean {
    return since < this.#startedAt - this.#options.settleMs;
  }

  #isPastLimit({ startedAt, timeLimitSeconds }: SweptTask): boolean {
    return startedAt !== undefined && startedAt + timeLimitSeconds * 1000 + LIMIT_GRACE_MS < this.#startedAt;
  }
}
