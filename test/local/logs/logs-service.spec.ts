import assert from "node:assert/strict";
import { createClock } from "../../../local/clock.ts";
import { AwsError } from "../../../local/errors.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { LogStore } from "../../../local/logs/log-store.ts";
import { logsService } from "../../../local/logs/logs-service.ts";

interface Events {
  events: { eventId: string; message: string; logStreamName: string }[];
  nextToken?: string;
  nextForwardToken: string;
  nextBackwardToken: string;
}

describe("CloudWatch Logs", () => {
  const identity = { partition: "aws", region: "eu-central-1", accountId: LOCAL_ACCOUNT_ID };
  let logs: LogStore;

  beforeEach(() => {
    logs = new LogStore({ file: ":memory:", clock: { ...createClock(), now: () => 10 } });
    logs.apply({
      logGroups: ["/aws/lambda/report", "/ecs/job"].map((name) => ({
        name,
        arn: `arn:aws:logs:eu-central-1:${LOCAL_ACCOUNT_ID}:log-group:${name}`,
        retentionInDays: 7,
      })),
    });
    logs.append("/ecs/job", "job/1", [1, 3, 5].map((timestamp) => ({ timestamp, message: `one ${timestamp}` })));
    logs.append("/ecs/job", "job/2", [2, 4, 6].map((timestamp) => ({ timestamp, message: `two ${timestamp} ERROR` })));
  });
  afterEach(() => logs.close());

  function parse(operation: string, input: object) {
    return logsService(logs, identity).parse({
      method: "POST",
      path: "/",
      query: new URLSearchParams(),
      headers: { "x-amz-target": `Logs_20140328.${operation}` },
      body: Buffer.from(JSON.stringify(input)),
    });
  }
  async function call<Output>(operation: string, input: object): Promise<Output> {
    const caller = { kind: "user", arn: "arn:aws:iam::000000000000:user/local", accountId: LOCAL_ACCOUNT_ID } as const;
    const response = await parse(operation, input).execute(caller);
    return JSON.parse(String(response.body)) as Output;
  }
  const filter = (input: object) => call<Events>("FilterLogEvents", { logGroupName: "/ecs/job", ...input });
  const texts = ({ events }: Events) => events.map(({ message }) => message);

  it("lists groups by prefix, with the ARNs that policies and clients use", async () => {
    const { logGroups } = await call<{ logGroups: Record<string, unknown>[] }>("DescribeLogGroups", { logGroupNamePrefix: "/ecs" });
    assert.equal(logGroups.length, 1);
    assert.equal(logGroups[0]!["logGroupArn"], "arn:aws:logs:eu-central-1:000000000000:log-group:/ecs/job");
    assert.equal(logGroups[0]!["arn"], "arn:aws:logs:eu-central-1:000000000000:log-group:/ecs/job:*");
  });

  it("lists the streams of a group, newest event first if asked", async () => {
    const input = { logGroupName: "/ecs/job", orderBy: "LastEventTime", descending: true, limit: 1 };
    const first = await call<{ logStreams: Record<string, unknown>[]; nextToken: string }>("DescribeLogStreams", input);
    assert.deepEqual(first.logStreams.map((stream) => [stream["logStreamName"], stream["lastEventTimestamp"]]), [["job/2", 6]]);
    const second = await call<{ logStreams: Record<string, unknown>[] }>("DescribeLogStreams", { ...input, nextToken: first.nextToken });
    assert.deepEqual(second.logStreams.map((stream) => stream["logStreamName"]), ["job/1"]);
  });

  it("filters by time, stream names and prefix, interleaved by time", async () => {
    assert.deepEqual(texts(await filter({ startTime: 2, endTime: 5 })), ["two 2 ERROR", "one 3", "two 4 ERROR"]);
    assert.deepEqual(texts(await filter({ logStreamNames: ["job/1"] })), ["one 1", "one 3", "one 5"]);
    assert.deepEqual(texts(await filter({ logStreamNamePrefix: "job/2", startTime: 5 })), ["two 6 ERROR"]);
  });

  it("pages without losing or repeating an event, even among events of one millisecond", async () => {
    logs.append("/ecs/job", "job/3", Array.from({ length: 5 }, (_, index) => ({ timestamp: 6, message: `same ${index}` })));
    const all: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await filter({ limit: 2, nextToken });
      all.push(...page.events.map(({ eventId }) => eventId));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    assert.equal(all.length, 11);
    assert.equal(new Set(all).size, 11);
  });

  it("matches terms, all, any and none, with case", async () => {
    assert.deepEqual(texts(await filter({ filterPattern: "ERROR -4" })), ["two 2 ERROR", "two 6 ERROR"]);
    assert.deepEqual(texts(await filter({ filterPattern: '?"one 1" ?6' })), ["one 1", "two 6 ERROR"]);
    assert.deepEqual(texts(await filter({ filterPattern: "error" })), []);
  });

  it("matches JSON patterns, page by page", async () => {
    logs.append("/ecs/job", "job/3", [1, 2, 3].map((latency) => ({ timestamp: 9, message: JSON.stringify({ level: "WARN", latency }) })));
    const filterPattern = '{ $.level = "WARN" && $.latency > 1 }';
    const first = await filter({ filterPattern, limit: 1 });
    const second = await filter({ filterPattern, limit: 1, nextToken: first.nextToken });
    assert.deepEqual([first, second].flatMap(texts), [2, 3].map((latency) => JSON.stringify({ level: "WARN", latency })));
    assert.equal(second.nextToken, undefined);
  });

  for (const filterPattern of ["[a, b]", "%ERR.*%"]) {
    it(`says that it does not understand the filter pattern ${filterPattern}`, async () => {
      await assert.rejects(
        filter({ filterPattern }),
        (error) => error instanceof AwsError && error.code === "InvalidParameterException" && error.message.includes(`not ${filterPattern}`),
      );
    });
  }

  it("reads one stream from the end, back and forth, and says where it ends", async () => {
    const get = (input: object) => call<Events>("GetLogEvents", { logGroupName: "/ecs/job", logStreamName: "job/1", ...input });
    const newest = await get({ limit: 2 });
    assert.deepEqual(texts(newest), ["one 3", "one 5"]);
    const older = await get({ limit: 2, nextToken: newest.nextBackwardToken });
    assert.deepEqual(texts(older), ["one 1"]);
    const end = await get({ nextToken: newest.nextForwardToken });
    assert.deepEqual(texts(end), []);
    assert.equal(end.nextForwardToken, newest.nextForwardToken);
    logs.append("/ecs/job", "job/1", [{ timestamp: 9, message: "one 9" }]);
    assert.deepEqual(texts(await get({ nextToken: end.nextForwardToken })), ["one 9"]);
    assert.deepEqual(texts(await get({ startFromHead: true, limit: 1 })), ["one 1"]);
  });

  it("does not find groups and streams that are not there", async () => {
    const notFound = (error: unknown) => error instanceof AwsError && error.code === "ResourceNotFoundException";
    await assert.rejects(call("FilterLogEvents", { logGroupName: "/none" }), notFound);
    await assert.rejects(call("GetLogEvents", { logGroupName: "/ecs/job", logStreamName: "none" }), notFound);
  });

  it("asks IAM about the group, whichever way the group is named", () => {
    const resource = "arn:aws:logs:eu-central-1:000000000000:log-group:/ecs/job:log-stream:";
    for (const input of [{ logGroupName: "/ecs/job" }, { logGroupIdentifier: `arn:aws:logs:eu-central-1:000000000000:log-group:/ecs/job:*` }]) {
      assert.deepEqual(parse("FilterLogEvents", input).access, [{ action: "logs:FilterLogEvents", resource }]);
    }
  });

  it("names what it does not implement", () => {
    assert.throws(() => parse("StartQuery", {}), /does not implement logs:StartQuery/);
  });
});
