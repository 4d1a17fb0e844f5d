import assert from "node:assert/strict";
import { createClock } from "../../../local/clock.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { LogStore } from "../../../local/logs/log-store.ts";
import { RoleLogSink } from "../../../local/logs/role-log-sink.ts";
import { createIam, identity, lambdaCaller, policy, role } from "../iam/fixtures.ts";
import { functionVersion } from "../lambda/support.ts";

describe("A function's log group that nobody declared", () => {
  const group = "/aws/lambda/greet";
  const arn = `arn:aws:logs:${identity.region}:${LOCAL_ACCOUNT_ID}:log-group:${group}`;
  let logs: LogStore;

  beforeEach(() => {
    logs = new LogStore({ file: ":memory:", clock: createClock() });
  });
  afterEach(() => logs.close());

  function append(actions: string[]): void {
    const writer = role("writer", { own: policy({ Effect: "Allow", Action: actions, Resource: [arn, `${arn}:*`] }) });
    const iam = createIam([writer]);
    const session = iam.assumeRole(writer.arn, lambdaCaller("greet"), "session");
    new RoleLogSink({ logs, iam, identity, session }).append(group, "one", [{ timestamp: Date.now(), message: "hello" }]);
    logs.flush();
  }
  const names = () => logs.reader.groups().map(({ name }) => name);

  it("is created by the first line of a role that may create it, and stays while the function is declared", () => {
    append(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]);
    assert.deepEqual(logs.reader.events({ groupName: group, limit: 9 }).map(({ message }) => message), ["hello"]);
    assert.equal(logs.reader.groups()[0]?.arn, arn);
    logs.apply({ logGroups: [], functions: [functionVersion()] });
    assert.deepEqual(names(), [group]);
    logs.apply({ logGroups: [], functions: [] });
    assert.deepEqual(names(), []);
  });

  it("is not created for a role that may only write", () => {
    append(["logs:CreateLogStream", "logs:PutLogEvents"]);
    assert.deepEqual(names(), []);
  });
});
