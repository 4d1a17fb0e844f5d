import assert from "node:assert/strict";
import { CloudWatchLogsClient, DescribeLogGroupsCommand, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { createClock } from "../../../local/clock.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { LogStore } from "../../../local/logs/log-store.ts";
import { logsService } from "../../../local/logs/logs-service.ts";
import { awsError, openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, identity, lambdaCaller, policy, role } from "../iam/fixtures.ts";

describe("CloudWatch Logs, by the SDK", () => {
  const groupArn = (name: string) => `arn:aws:logs:${identity.region}:${LOCAL_ACCOUNT_ID}:log-group:${name}`;
  const reader = role("reader", { own: policy({ Effect: "Allow", Action: "logs:FilterLogEvents", Resource: `${groupArn("/a")}:*` }) });
  const iam = createIam([reader]);
  let logs: LogStore;
  let door: Door;
  const clients: CloudWatchLogsClient[] = [];

  before(async () => {
    logs = new LogStore({ file: ":memory:", clock: createClock() });
    logs.apply({ logGroups: ["/a", "/b"].map((name) => ({ name, arn: groupArn(name), retentionInDays: 7 })) });
    const now = Date.now();
    logs.append("/a", "one", Array.from({ length: 25 }, (_, index) => ({ timestamp: now + index, message: `line ${index}` })));
    door = await openDoor({ iam, services: [logsService(logs, identity)] });
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await door.gateway.close();
    logs.close();
  });

  function clientOf(credentials: Parameters<Door["client"]>[0]): CloudWatchLogsClient {
    const client = new CloudWatchLogsClient(door.client(credentials));
    clients.push(client);
    return client;
  }

  async function lines(client: CloudWatchLogsClient, logGroupName: string): Promise<(string | undefined)[]> {
    const found: (string | undefined)[] = [];
    for await (const { events = [] } of paginateFilterLogEvents({ client, pageSize: 10 }, { logGroupName })) {
      found.push(...events.map(({ message }) => message));
    }
    return found;
  }

  it("reads a group to the end, page by page", async () => {
    const client = clientOf(administrator);
    assert.deepEqual(await lines(client, "/a"), Array.from({ length: 25 }, (_, index) => `line ${index}`));
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({}));
    assert.deepEqual(logGroups?.map(({ logGroupName }) => logGroupName), ["/a", "/b"]);
  });

  it("lets a role read the groups that its policy names, and no others", async () => {
    const client = clientOf(iam.issueCredentials(iam.assumeRole(reader.arn, lambdaCaller("reader"), "session")));
    assert.equal((await lines(client, "/a")).length, 25);
    await assert.rejects(lines(client, "/b"), awsError("AccessDeniedException", 400));
    await assert.rejects(client.send(new DescribeLogGroupsCommand({})), awsError("AccessDeniedException", 400));
  });
});
