import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { retryPresets } from "@aws/durable-execution-sdk-js";
import type * as z from "zod";
import { durableHandler } from "../shared/durable-handler.ts";
import { parseEnvironment } from "../shared/environment.ts";
import { WorkflowError } from "../shared/errors.ts";
import { idempotencyToken } from "../shared/execution.ts";
import { parseInput } from "../shared/input.ts";
import { retryTransient } from "../shared/retry.ts";
import { deletionPause, MAX_ATTEMPTS } from "./deletion-pause.ts";
import { createReminderInput } from "./input.ts";
import { scheduleMoment } from "./moment.ts";
import { ReminderSchedules, schedulesEnvironment } from "./schedules.ts";

interface Dependencies {
  readonly scheduler: SchedulerClient;
  readonly environment: z.output<typeof schedulesEnvironment>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface CreateReminderResult {
  readonly scheduleArn: string;
  readonly key: string;
  /** Local to the time zone, both as the schedule has them: a UTC offset has become UTC. */
  readonly at: string;
  readonly timeZone: string;
  /** False when there was a schedule of this key: it is the one described, and stays as it was. */
  readonly created: boolean;
}

/**
 * Creates a one-time schedule that invokes `reminder` and deletes itself.
 *
 * A key whose schedule has fired is free again only when the Scheduler has deleted that schedule. It is never deleted here: the Scheduler
 * may still retry its delivery.
 */
export const createHandler = ({ scheduler, environment, now }: Dependencies) => {
  const schedules = new ReminderSchedules(scheduler, environment);
  return durableHandler(
    (event) => {
      const input = parseInput(createReminderInput, event);
      return { ...input, moment: scheduleMoment(input.at, input.timeZone) };
    },
    async ({ key, payload, moment }, context): Promise<CreateReminderResult> => {
      const { durableExecutionArn: executionArn } = context.executionContext;
      const startedAt = await context.step("read-clock", async () => now(), { retryStrategy: retryPresets.noRetry });
      if (moment.epochMilliseconds <= startedAt) {
        throw new WorkflowError("InvalidInput", `at: ${moment.at} (${moment.timeZone}) is in the past`);
      }
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        const clientToken = idempotencyToken(executionArn, "create-schedule", attempt);
        const scheduleArn = await context.step("create-schedule", () => schedules.create({ key, payload, moment, clientToken }), {
          retryStrategy: retryTransient,
        });
        if (scheduleArn !== undefined) {
          return { scheduleArn, key, at: moment.at, timeZone: moment.timeZone, created: true };
        }
        const { existing, readAt } = await context.step("get-schedule", async () => ({ existing: await schedules.find(key), readAt: now() }), {
          retryStrategy: retryTransient,
        });
        // Deleted after the conflict: the key is free.
        if (existing === undefined) continue;
        const { epochMilliseconds, ...schedule } = existing;
        if (epochMilliseconds > readAt || epochMilliseconds === moment.epochMilliseconds) {
          return { ...schedule, key, created: false };
        }
        const pause = deletionPause(attempt, (moment.epochMilliseconds - readAt) / 1000);
        if (pause === undefined) break;
        await context.wait("await-deletion", { seconds: pause });
      }
      throw new WorkflowError(
        "KeyInUse",
        `key: an earlier reminder of ${key} still has its schedule. The Scheduler deletes it after delivering that reminder, and may retry ` +
          "the delivery for 24 hours. Use another key, or invoke create-reminder again later.",
      );
    },
  );
};

export const handler = createHandler({ scheduler: new SchedulerClient({}), environment: parseEnvironment(schedulesEnvironment), now: Date.now });
