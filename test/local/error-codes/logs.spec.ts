import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { createClock } from "../../../local/clock.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { LogStore } from "../../../local/logs/log-store.ts";
import { logsService } from "../../../local/logs/logs-service.ts";
import { openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, identity } from "../iam/fixtures.ts";
import { itRefuses, type Refusal } from "./calls.ts";

const logGroupName = "/a";
const logStreamName = "one";

const REFUSALS: Refusal[] = [
  { command: logs.DescribeLogGroupsCommand, body: { limit: 51 }, code: "InvalidParameterException" },
  { command: logs.DescribeLogGroupsCommand, body: { limit: "5" }, code: "SerializationException" },
  { command: logs.DescribeLogGroupsCommand, body: { nextToken: "/a" }, code: "InvalidParameterException" },
  { command: logs.DescribeLogStreamsCommand, body: {}, code: "InvalidParameterException" },
  { command: logs.DescribeLogStreamsCommand, body: { logGroupName: "/none" }, code: "ResourceNotFoundException" },
  { command: logs.DescribeLogStreamsCommand, body: { logGroupName: 5 }, code: "SerializationException" },
  { command: logs.DescribeLogStreamsCommand, body: { logGroupName, orderBy: "Size" }, code: "InvalidParameterException" },
  { command: logs.DescribeLogStreamsCommand, body: { logGroupName, descending: "yes" }, code: "SerializationException" },
  { command: logs.DescribeLogStreamsCommand, body: { logGroupName, nextToken: "garbage" }, code: "InvalidParameterException" },
  { command: logs.GetLogEventsCommand, body: { logGroupName }, code: "InvalidParameterException" },
  { command: logs.GetLogEventsCommand, body: { logGroupName, logStreamName: "none" }, code: "ResourceNotFoundException" },
  { command: logs.GetLogEventsCommand, body: { logGroupName, logStreamName, limit: 10_001 }, code: "InvalidParameterException" },
  { command: logs.GetLogEventsCommand, body: { logGroupName, logStreamName, startTime: -1 }, code: "InvalidParameterException" },
  { command: logs.GetLogEventsCommand, body: { logGroupName, logStreamName, startTime: "now" }, code: "SerializationException" },
  { command: logs.GetLogEventsCommand, body: { logGroupName, logStreamName, nextToken: "garbage" }, code: "InvalidParameterException" },
  { command: logs.FilterLogEventsCommand, body: {}, code: "InvalidParameterException" },
  { command: logs.FilterLogEventsCommand, body: { logGroupName: "/none" }, code: "ResourceNotFoundException" },
  { command: logs.FilterLogEventsCommand, body: { logGroupName, logStreamNames: [] }, code: "InvalidParameterException" },
  { command: logs.FilterLogEventsCommand, body: { logGroupName, logStreamNames: "one" }, code: "SerializationException" },
  { command: logs.FilterLogEventsCommand, body: { logGroupName, limit: 0 }, code: "InvalidParameterException" },
  { command: logs.FilterLogEventsCommand, body: { logGroupName, nextToken: "garbage" }, code: "InvalidParameterException" },
  { command: logs.FilterLogEventsCommand, body: { logGroupName, filterPattern: "{ $.level = }" }, code: "InvalidParameterException" },
  { command: logs.FilterLogEventsCommand, body: { logGroupName, filterPattern: 5 }, code: "SerializationException" },
];

describe("The error codes of CloudWatch Logs", () => {
  let client: logs.CloudWatchLogsClient;
  let lines: LogStore;
  let door: Door;

  before(async () => {
    lines = new LogStore({ file: ":memory:", clock: createClock() });
    lines.apply({ logGroups: [{ name: logGroupName, arn: `arn:aws:logs:${identity.region}:${LOCAL_ACCOUNT_ID}:log-group:/a`, retentionInDays: 7 }] });
    lines.append(logGroupName, logStreamName, [{ timestamp: Date.now(), message: "a line" }]);
    door = await openDoor({ iam: createIam(), services: [logsService(lines, identity)] });
    client = new logs.CloudWatchLogsClient(door.client(administrator));
  });
  after(async () => {
    client.destroy();
    await door.gateway.close();
    lines.close();
  });

  itRefuses("logs", () => client, REFUSALS);
});
