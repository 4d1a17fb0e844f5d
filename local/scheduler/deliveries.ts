import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { ScheduleDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import type { AccessControl, Principal } from "../iam/access.ts";
import { arn } from "../identity.ts";
import type { Identity } from "../identity.ts";
import type { AsyncInvoker } from "../lambda/function-version.ts";
import type { MessageSender } from "../sqs/sender.ts";
import type { Store } from "../store/store.ts";
import { RepeatedTimers } from "./repeated-timers.ts";
import type { Retry, Schedule, Schedules } from "./schedules.ts";
import { formatTime, targetPayload } from "./target-input.ts";

export interface DeliveryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly iam: AccessControl;
  readonly invoker: AsyncInvoker;
  readonly queues: MessageSender;
}

type Invocation = Omit<Retry, "dueAt" | "scheduleArn">;
type Attempt = Omit<Invocation, "executionId">;
type ExhaustedCondition = "MaximumRetryAttempts" | "MaximumEventAgeInSeconds";

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 600_000;

/** Starts targets as the schedule's role, tries again what failed, and sends to the dead-letter queue what failed for good. */
export class Deliveries {
  readonly #options: DeliveryOptions;
  readonly #schedules: Schedules;
  readonly #onDone: (scheduleArn: string) => void;
  readonly #timers: RepeatedTimers;

  /** @param onDone called in the transaction in which an invocation has ended, either way */
  constructor(options: DeliveryOptions, schedules: Schedules, onDone: (scheduleArn: string) => void) {
    this.#options = options;
    this.#schedules = schedules;
    this.#onDone = onDone;
    this.#timers = new RepeatedTimers(options.clock, "The retry of invocation", (executionId) => this.#retry(executionId));
  }

  start(): void {
    for (const retry of this.#schedules.retries()) this.#timers.set(retry.executionId, retry.dueAt);
  }

  stop(): void {
    this.#timers.clear();
  }

  /** Starts the target for a moment, in the caller's transaction. */
  begin(schedule: Schedule, moment: number): void {
    this.#attempt(schedule.definition, { moment, attempts: 0, firstAttemptAt: this.#options.clock.now() });
  }

  /**
   * Whether Scheduler may have the role of a schedule's target.
   *
   * @throws AwsError ValidationException in AWS's words
   */
  checkRole(schedule: ScheduleDeclaration): void {
    try {
      this.#assumeRole(schedule);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const message = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.";
      throw new AwsError("ValidationException", message);
    }
  }

  #retry(executionId: string): void {
    this.#options.store.write(() => {
      // The schedule was deleted meanwhile, and its retries with it.
      const retry = this.#schedules.findRetry(executionId);
      const schedule = retry === undefined ? undefined : this.#schedules.find(retry.scheduleArn);
      if (retry === undefined || schedule === undefined) return;
      this.#schedules.deleteRetry(executionId);
      this.#attempt(schedule.definition, retry);
    });
  }

  #attempt(schedule: ScheduleDeclaration, { moment, firstAttemptAt, ...before }: Attempt): void {
    // The id is of one attempted invocation (Scheduler User Guide, context attributes).
    const executionId = randomBytes(8).toString("hex");
    const attempts = before.attempts + 1;
    const payload = targetPayload(schedule, { moment, executionId, attempt: attempts }, this.#options.identity);
    const failure = this.#invoke(schedule, payload);
    if (failure === undefined) this.#onDone(schedule.arn);
    else this.#fail(schedule, { executionId, moment, attempts, firstAttemptAt }, payload, failure.error);
  }

  /** Starts the target; when that fails, whatever it wrote is undone, so that the failure can be recorded. */
  #invoke(schedule: ScheduleDeclaration, payload: string): { error: unknown } | undefined {
    const { store, iam, invoker } = this.#options;
    try {
      store.write(() => {
        iam.authorize(this.#assumeRole(schedule), { action: "lambda:InvokeFunction", resource: schedule.target.arn });
        invoker.invokeAsync(schedule.target.arn, payload);
      });
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  #fail(schedule: ScheduleDeclaration, invocation: Invocation, payload: string, error: unknown): void {
    const { clock, store } = this.#options;
    const { maximumEventAgeInSeconds, maximumRetryAttempts } = schedule.target.retryPolicy;
    const { executionId, attempts, firstAttemptAt } = invocation;
    const dueAt = clock.now() + clock.scale(Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS));
    if (attempts > maximumRetryAttempts) this.#giveUp(schedule, invocation, payload, error, "MaximumRetryAttempts");
    else if (dueAt > firstAttemptAt + clock.scale(maximumEventAgeInSeconds * 1000)) {
      this.#giveUp(schedule, invocation, payload, error, "MaximumEventAgeInSeconds");
    } else {
      this.#schedules.putRetry({ ...invocation, scheduleArn: schedule.arn, dueAt });
      store.afterCommit(() => this.#timers.set(executionId, dueAt));
    }
  }

  #giveUp(schedule: ScheduleDeclaration, invocation: Invocation, payload: string, error: unknown, condition: ExhaustedCondition): void {
    const queueArn = schedule.target.deadLetterQueueArn;
    if (queueArn !== undefined) {
      try {
        this.#options.store.write(() => {
          this.#options.iam.authorize(this.#assumeRole(schedule), { action: "sqs:SendMessage", resource: queueArn });
          this.#options.queues.send(queueArn, payload, {
            ERROR_CODE: error instanceof AwsError ? error.code : "InternalFailure",
            ERROR_MESSAGE: error instanceof Error ? error.message : String(error),
            EXECUTION_ID: invocation.executionId,
            EXHAUSTED_RETRY_CONDITION: condition,
            IS_PAYLOAD_TRUNCATED: "false",
            RETRY_ATTEMPTS: String(invocation.attempts - 1),
            SCHEDULED_TIME: formatTime(invocation.moment),
            SCHEDULE_ARN: schedule.arn,
            TARGET_ARN: schedule.target.arn,
          });
        });
      } catch (failure) {
        // As on AWS, an event that cannot even become a dead letter is dropped; IAM keeps the denial that was the reason.
        if (!(failure instanceof AwsError)) throw failure;
      }
    }
    this.#onDone(schedule.arn);
  }

  /** What a trust policy sees is the schedule's group, not the schedule. */
  #assumeRole(schedule: ScheduleDeclaration): Principal {
    const { identity, iam } = this.#options;
    const caller = {
      service: "scheduler.amazonaws.com",
      sourceArn: arn(identity, "scheduler", `schedule-group/${schedule.groupName}`),
      sourceAccount: identity.accountId,
    };
    return iam.assumeRole(schedule.target.roleArn, caller, schedule.name);
  }
}
