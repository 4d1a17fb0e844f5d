import assert from "node:assert/strict";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { administrator, createIam, lambdaCaller, role } from "../iam/fixtures.ts";
import { openDoor, type Door } from "../gateway/fixtures.ts";

describe("STS", () => {
  const poll = role("poll", {});
  const iam = createIam([poll]);
  let door: Door;
  before(async () => (door = await openDoor({ iam })));
  after(() => door.gateway.close());

  it("tells the developer who they are", async () => {
    const who = await new STSClient(door.client(administrator)).send(new GetCallerIdentityCommand({}));
    assert.equal(who.Account, "000000000000");
    assert.equal(who.Arn, "arn:aws:iam::000000000000:user/local-developer");
    assert.match(who.UserId!, /^AIDA[A-Z2-7]{17}$/);
  });

  it("tells a role's session who it is, without any permission", async () => {
    const credentials = iam.issueCredentials(iam.assumeRole(poll.arn, lambdaCaller("poll"), "poll-1"));
    const who = await new STSClient(door.client(credentials)).send(new GetCallerIdentityCommand({}));
    assert.equal(who.Arn, "arn:aws:sts::000000000000:assumed-role/poll/poll-1");
    assert.match(who.UserId!, /^AROA[A-Z2-7]{17}:poll-1$/);
  });

  it("names an action that it does not have", async () => {
    const call = new STSClient(door.client(administrator)).send(new AssumeRoleCommand({ RoleArn: poll.arn, RoleSessionName: "me" }));
    await assert.rejects(call, { name: "InvalidAction", message: "The local stack does not implement sts:AssumeRole." });
  });
});
