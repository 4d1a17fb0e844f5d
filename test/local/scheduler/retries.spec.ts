import assert from "node:assert/strict";
import { AwsError } from "../../../local/errors.ts";
import { openWorlds, QUEUE_ARN, ROLE_ARN, schedule, TARGET_ARN } from "./harness.ts";

describe("Scheduler", () => {
  const open = openWorlds();

  describe("when the target cannot be started", () => {
    const failure = new AwsError("TooManyRequestsException", "Rate exceeded", 429);
    const reminder = schedule("reminder", "at(2026-01-01T01:00:00)", {
      actionAfterCompletion: "DELETE",
      target: { input: '{"time":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>","attempt":<aws.scheduler.attempt-number>}' },
    });

    it("tries again with a growing delay, and the schedule stays until it has succeeded", async () => {
      const world = open();
      world.failure = failure;
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T01:00:00.999Z");
      assert.equal(world.scheduler.list().length, 1);
      await world.clock.moveTo("2026-01-01T01:00:01Z");
      world.failure = undefined;
      await world.clock.moveTo("2026-01-01T01:00:02.999Z");
      assert.equal(world.starts.length, 0);
      await world.clock.moveTo("2026-01-01T01:00:03Z");
      assert.equal((JSON.parse(world.starts[0]!.payload) as { attempt: number }).attempt, 3);
      assert.deepEqual(world.scheduler.list(), []);
      await world.clock.moveTo("2026-01-02T00:00:00Z");
      assert.equal(world.starts.length, 1);
      assert.deepEqual(world.deadLetters, []);
    });

    it("gives each attempt an execution id of its own, and the same scheduled time", async () => {
      const world = open();
      world.failure = failure;
      const attempts: { time: string; id: string }[] = [];
      const run = world.store.run.bind(world.store);
      world.store.run = (sql, ...values) => {
        if (sql.startsWith("INSERT INTO starts")) attempts.push(JSON.parse(String(values[1])) as { time: string; id: string });
        run(sql, ...values);
      };
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.deepEqual(attempts.map(({ time }) => time), ["2026-01-01T01:00:00Z", "2026-01-01T01:00:00Z", "2026-01-01T01:00:00Z"]);
      assert.equal(new Set(attempts.map(({ id }) => id)).size, 3);
    });

    it("sends what was to be delivered to the dead-letter queue after the last attempt, and then deletes the schedule", async () => {
      const world = open();
      world.failure = failure;
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.deepEqual(world.starts, []);
      const [letter, ...more] = world.deadLetters;
      assert.deepEqual(more, []);
      const body = JSON.parse(letter!.body) as Record<string, unknown>;
      assert.deepEqual(body, { time: "2026-01-01T01:00:00Z", id: letter!.attributes["EXECUTION_ID"], attempt: 3 });
      assert.deepEqual(letter!.attributes, {
        ERROR_CODE: "TooManyRequestsException",
        ERROR_MESSAGE: "Rate exceeded",
        EXECUTION_ID: body["id"],
        EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
        IS_PAYLOAD_TRUNCATED: "false",
        RETRY_ATTEMPTS: "2",
        SCHEDULED_TIME: "2026-01-01T01:00:00Z",
        SCHEDULE_ARN: reminder.arn,
        TARGET_ARN,
      });
      assert.deepEqual(world.iam.asked.at(-1), { principal: `${ROLE_ARN}/reminder`, action: "sqs:SendMessage", resource: QUEUE_ARN });
      assert.deepEqual(world.scheduler.list(), []);
    });

    it("gives up when the event has reached its maximum age", async () => {
      const world = open();
      world.failure = failure;
      const retryPolicy = { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 185 };
      world.scheduler.create({ ...reminder, target: { ...reminder.target, retryPolicy } });
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.equal(world.deadLetters[0]!.attributes["EXHAUSTED_RETRY_CONDITION"], "MaximumEventAgeInSeconds");
      assert.equal(world.deadLetters[0]!.attributes["RETRY_ATTEMPTS"], "5");
    });

    it("drops an event that the role may not even send to the dead-letter queue", async () => {
      const world = open();
      world.failure = failure;
      world.iam.denied = ["sqs:SendMessage"];
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.deepEqual(world.deadLetters, []);
      assert.deepEqual(world.scheduler.list(), []);
    });

    it("goes on trying after a restart, by the schedule as it is then", async () => {
      const world = open("retry.sqlite");
      world.failure = failure;
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T01:00:00.500Z");
      world.restart();
      world.failure = undefined;
      world.scheduler.update({ ...reminder, target: { ...reminder.target, arn: `${TARGET_ARN}2` } });
      world.scheduler.start();
      await world.clock.moveTo("2026-01-01T01:00:01Z");
      assert.deepEqual(world.starts.map(({ functionArn }) => functionArn), [`${TARGET_ARN}2`]);
      assert.deepEqual(world.scheduler.list(), []);
    });

    it("stops trying when the schedule is deleted", async () => {
      const world = open();
      world.failure = failure;
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T01:00:00.500Z");
      world.scheduler.delete("default", "reminder");
      world.failure = undefined;
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.deepEqual(world.starts, []);
    });

    it("lets a recurring schedule go on meanwhile", async () => {
      const world = open();
      world.failure = failure;
      world.scheduler.create(schedule("report", "cron(0 * * * ? *)"));
      await world.clock.moveTo("2026-01-01T01:30:00Z");
      world.failure = undefined;
      await world.clock.moveTo("2026-01-01T02:30:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T02:00:00Z"]);
      assert.equal(world.deadLetters[0]!.attributes["SCHEDULED_TIME"], "2026-01-01T01:00:00Z");
    });
  });
});
