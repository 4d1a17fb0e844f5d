import assert from "node:assert/strict";
import { join } from "node:path";
import { type Clock, createClock } from "../../../local/clock.ts";
import { AwsError } from "../../../local/errors.ts";
import { temporaryFolder, until } from "../ecs/fixtures.ts";
import { leftBehind } from "../store/left-behind.ts";
import { EVENT, Harness, QUEUE, rule, RULE, TARGET } from "./harness.ts";

const throttled = () => new AwsError("TooManyRequestsException", "Rate exceeded", 429);

describe("the event bus", () => {
  it("hands a matching event to the rule's function, in EventBridge's envelope, with the rule as its source", async () => {
    using harness = new Harness();
    harness.bus.publish(EVENT);
    harness.bus.publish({ ...EVENT, detail: { lastStatus: "RUNNING" } });
    assert.equal(harness.invocations.length, 0, "nothing is delivered before the commit");
    await harness.settled();

    assert.equal(harness.invocations.length, 1);
    const { functionArn, event } = harness.invocations[0]!;
    const { id, time, ...rest } = event;
    assert.equal(functionArn, TARGET);
    assert.match(String(id), /^[0-9a-f-]{36}$/);
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(rest, {
      version: "0",
      "detail-type": "ECS Task State Change",
      source: "aws.ecs",
      account: "000000000000",
      region: "eu-west-1",
      resources: ["task"],
      detail: { lastStatus: "STOPPED" },
    });
    // Without the account: EventBridge sends none.
    const caller = { service: "events.amazonaws.com", sourceArn: RULE };
    assert.deepEqual(harness.asked, [[caller, { action: "lambda:InvokeFunction", resource: TARGET }]]);
  });

  it("knows disabled rules, several rules and several targets", async () => {
    const twoTargets = rule({ arn: `${RULE}-2`, targets: [...rule().targets, { ...rule().targets[0]!, id: "b", arn: `${TARGET}-b` }] });
    using harness = new Harness({ rules: [rule(), rule({ arn: `${RULE}-3`, state: "DISABLED" }), twoTargets] });
    harness.bus.publish(EVENT);
    await harness.settled();
    assert.deepEqual(
      harness.invocations.map(({ functionArn }) => functionArn),
      [TARGET, TARGET, `${TARGET}-b`],
    );
  });

  it("loses an event with the transaction it belongs to, and delivers nothing of it", async () => {
    using harness = new Harness();
    assert.throws(() =>
      harness.store.write(() => {
        harness.bus.publish(EVENT);
        throw new Error("undone");
      }),
    );
    await harness.settled();
    assert.equal(harness.invocations.length, 0);
  });

  it("tries again, later each time, and undoes what a failed attempt has written", async () => {
    using harness = new Harness({ clock: createClock(50) });
    harness.fail = () => (harness.attempts.length <= 2 ? throttled() : undefined);
    harness.bus.publish(EVENT);
    await harness.settled();
    assert.equal(harness.invocations.length, 1);
    assert.equal(harness.count("accepted"), 1);
    const [first = 0, second = 0, third = 0] = harness.attempts;
    assert.ok(second - first >= 18 && third - second >= 38, `1 s and 2 s at 50 times the speed: ${harness.attempts.join()}`);
    assert.equal(harness.deadLetters.length, 0);
  });

  it("gives up after the rule's attempts and keeps the event in the dead-letter queue", async () => {
    using harness = new Harness();
    harness.fail = throttled;
    harness.bus.publish(EVENT);
    await harness.settled();
    assert.equal(harness.attempts.length, 3);
    assert.equal(harness.deadLetters.length, 1);
    const [{ queueArn, body, attributes }] = harness.deadLetters as [Harness["deadLetters"][number]];
    assert.equal(queueArn, QUEUE);
    assert.deepEqual((JSON.parse(body) as { detail: unknown }).detail, EVENT.detail);
    assert.deepEqual(attributes, {
      RULE_ARN: RULE,
      TARGET_ARN: TARGET,
      ERROR_CODE: "THROTTLING",
      ERROR_MESSAGE: "Rate exceeded",
      RETRY_ATTEMPTS: "2",
      EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
    });
    assert.deepEqual(harness.asked.at(-1)![1], { action: "sqs:SendMessage", resource: QUEUE });
    assert.equal(harness.count("accepted"), 0);
  });

  it("gives up when the event is too old", async () => {
    const retryPolicy = { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 185 };
    using harness = new Harness({ rules: [rule({ target: { retryPolicy } })] });
    harness.fail = () => new Error("out of order");
    harness.bus.publish(EVENT);
    await harness.settled();
    assert.ok(harness.attempts.length > 2 && harness.attempts.length < 10, String(harness.attempts.length));
    const { attributes } = harness.deadLetters[0]!;
    assert.deepEqual([attributes["ERROR_CODE"], attributes["EXHAUSTED_RETRY_CONDITION"]], ["INTERNAL_ERROR", "MaximumEventAgeInSeconds"]);
  });

  it("does not try again what cannot succeed", async () => {
    const cases: [Error, string][] = [
      [new AwsError("ResourceNotFoundException", "no such function", 404), "NO_RESOURCE"],
      [new AwsError("InvalidParameterValueException", "unqualified"), "INVALID_PARAMETER"],
    ];
    for (const [failure, code] of cases) {
      using harness = new Harness();
      harness.fail = () => failure;
      harness.bus.publish(EVENT);
      await harness.settled();
      assert.equal(harness.attempts.length, 1);
      assert.deepEqual([harness.deadLetters[0]!.attributes["ERROR_CODE"], harness.deadLetters[0]!.attributes["ERROR_MESSAGE"]], [code, failure.message]);
    }
  });

  it("delivers only with the function's permission", async () => {
    using harness = new Harness();
    harness.denied = "lambda:InvokeFunction";
    harness.bus.publish(EVENT);
    await harness.settled();
    assert.deepEqual([harness.attempts.length, harness.invocations.length], [0, 0]);
    const { attributes } = harness.deadLetters[0]!;
    assert.deepEqual([attributes["ERROR_CODE"], attributes["ERROR_MESSAGE"]], ["NO_PERMISSIONS", "not authorized to perform: lambda:InvokeFunction"]);
  });

  it("drops what nobody keeps: no dead-letter queue, or one that refuses", async () => {
    using without = new Harness({ rules: [rule({ target: { deadLetterQueueArn: undefined } })] });
    without.fail = throttled;
    without.bus.publish(EVENT);
    await without.settled();
    using refused = new Harness();
    refused.fail = throttled;
    refused.denied = "sqs:SendMessage";
    refused.bus.publish(EVENT);
    await refused.settled();
    assert.deepEqual([without.deadLetters, refused.deadLetters], [[], []]);
  });

  it("sends the event to a queue that is the rule's target, if the queue lets the rule", async () => {
    using harness = new Harness({ rules: [rule({ target: { arn: `${QUEUE}-target`, deadLetterQueueArn: undefined } })] });
    harness.bus.publish(EVENT);
    await harness.settled();
    const [message, ...others] = harness.deadLetters;
    assert.deepEqual([message?.queueArn, message?.attributes, others], [`${QUEUE}-target`, {}, []]);
    assert.deepEqual((JSON.parse(message!.body) as { detail: unknown }).detail, EVENT.detail);
    assert.deepEqual(harness.asked.map(([{ sourceArn }, request]) => [sourceArn, request]), [[RULE, { action: "sqs:SendMessage", resource: `${QUEUE}-target` }]]);

    harness.denied = "sqs:SendMessage";
    harness.bus.publish(EVENT);
    await harness.settled();
    assert.equal(harness.deadLetters.length, 1);
  });

  it("says of a target that is no function and no queue that it is not simulated", async () => {
    using harness = new Harness({ rules: [rule({ target: { arn: "arn:aws:sns:eu-west-1:000000000000:topic" } })] });
    harness.bus.publish(EVENT);
    await harness.settled();
    assert.match(harness.deadLetters[0]!.attributes["ERROR_MESSAGE"]!, /delivers events to Lambda functions and SQS queues only/);
  });

  it("refuses a rule whose pattern is not valid, by name", () => {
    assert.throws(() => new Harness({ rules: [rule({ eventPattern: { source: "aws.ecs" } })] }), {
      name: "UserError",
      message: /^Rule stopped: Event pattern is not valid.*source/,
    });
  });

  describe("after a kill", () => {
    /** A stack that was down for as long as this. */
    function clockAhead(milliseconds: number): Clock {
      const clock = createClock();
      return { ...clock, now: () => clock.now() + milliseconds, at: (due, run) => clock.at(due - milliseconds, run) };
    }

    it("delivers what was published and not yet delivered, though the rule is gone meanwhile", async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, "stack.sqlite");
      using before = new Harness({ file });
      let copy = "";
      // Committed with the event, and before any delivery: effects run in the order in which they were registered.
      before.store.write(() => undefined);
      before.store.afterCommit(() => (copy = leftBehind(file)));
      before.bus.publish(EVENT);
      await before.settled();

      using after = new Harness({ file: copy, rules: [] });
      assert.equal(after.count("event_delivery"), 1);
      after.bus.start();
      await after.settled();
      assert.deepEqual(after.invocations, before.invocations);

      using later = new Harness({ file: leftBehind(copy) });
      later.bus.start();
      assert.equal(later.count("event_delivery"), 0);
      assert.equal(later.count("accepted"), 1);
    });

    it("goes on with retries where they were", async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, "stack.sqlite");
      using before = new Harness({ file, clock: createClock(1) });
      before.fail = throttled;
      before.bus.publish(EVENT);
      await before.store.committed();
      await until(() => before.attempts.length === 1, "the first attempt");
      await before.store.committed();

      const copy = leftBehind(file);
      using second = new Harness({ file: copy, clock: clockAhead(2000) });
      second.fail = throttled;
      second.bus.start();
      await until(() => second.attempts.length === 1, "the second attempt");
      await second.store.committed();

      using third = new Harness({ file: leftBehind(copy), clock: clockAhead(60_000) });
      third.fail = throttled;
      third.bus.start();
      await third.settled();
      assert.equal(third.attempts.length, 1);
      assert.equal(third.deadLetters[0]!.attributes["RETRY_ATTEMPTS"], "2");
    });
  });
});
