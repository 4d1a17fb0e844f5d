import assert from "node:assert/strict";
import type { PolicyDocument, RoleDeclaration } from "../../../local/declarations.ts";
import type { Principal, ServiceCaller } from "../../../local/iam/access.ts";
import type { Iam } from "../../../local/iam/iam.ts";
import { createIam, denied, lambdaCaller, policy, role, trust } from "./fixtures.ts";

const ACCOUNT = "000000000000";
const CLUSTER = `arn:aws:ecs:eu-west-1:${ACCOUNT}:cluster/jobs`;
const TASK_DEFINITION = `arn:aws:ecs:eu-west-1:${ACCOUNT}:task-definition/job:3`;
const EXECUTION = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:poll:7/durable-execution/a/b`;
const ALIAS = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:watchdog:live`;
const RULE = `arn:aws:events:eu-west-1:${ACCOUNT}:rule/stopped`;

function session(iam: Iam, declared: RoleDeclaration): Principal {
  return iam.assumeRole(declared.arn, lambdaCaller("poll"), "poll");
}

function pollSession(policies: Record<string, PolicyDocument>): { iam: Iam; principal: Principal } {
  const declared = role("poll", policies);
  const iam = createIam([declared]);
  return { iam, principal: session(iam, declared) };
}

function refusal(action: string, resource: string): (error: unknown) => boolean {
  const user = `arn:aws:sts::${ACCOUNT}:assumed-role/poll/poll`;
  return denied(`User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`);
}

describe("IAM, identity policies", () => {
  it("lets a role do what a policy of its allows, and refuses the rest in AWS's words", () => {
    const { iam, principal } = pollSession({ durable: policy({ Effect: "Allow", Action: "lambda:CheckpointDurableExecution", Resource: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:poll:*` }) });
    iam.authorize(principal, { action: "lambda:CheckpointDurableExecution", resource: EXECUTION });
    assert.throws(() => iam.authorize(principal, { action: "lambda:StopDurableExecution", resource: EXECUTION }), refusal("lambda:StopDurableExecution", EXECUTION));
  });

  it("keeps a policy on one function's executions from reaching another's", () => {
    const { iam, principal } = pollSession({ durable: policy({ Effect: "Allow", Action: "lambda:*", Resource: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:poll:*` }) });
    const other = EXECUTION.replace("function:poll:", "function:poll-other:");
    assert.throws(() => iam.authorize(principal, { action: "lambda:CheckpointDurableExecution", resource: other }), refusal("lambda:CheckpointDurableExecution", other));
  });

  it("does not take a function's unqualified ARN for its versions", () => {
    const { iam, principal } = pollSession({ durable: policy({ Effect: "Allow", Action: "lambda:CheckpointDurableExecution", Resource: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:poll` }) });
    assert.throws(() => iam.authorize(principal, { action: "lambda:CheckpointDurableExecution", resource: EXECUTION }), refusal("lambda:CheckpointDurableExecution", EXECUTION));
  });

  it("lets a deny beat an allow, whichever policy it is in", () => {
    const { iam, principal } = pollSession({
      a: policy({ Effect: "Allow", Action: "ecs:*", Resource: "*" }),
      b: policy({ Effect: "Deny", Action: "ecs:StopTask", Resource: "*" }),
    });
    const resource = `${CLUSTER.replace("cluster", "task")}/1`;
    iam.authorize(principal, { action: "ecs:DescribeTasks", resource });
    assert.throws(
      () => iam.authorize(principal, { action: "ecs:StopTask", resource }),
      denied(`User: ${principal.arn} is not authorized to perform: ecs:StopTask on resource: ${resource} with an explicit deny in an identity-based policy`),
    );
  });

  it("understands wildcards within an action's name, in any case of letters", () => {
    const { iam, principal } = pollSession({ some: policy({ Effect: "Allow", Action: ["ecs:*task", "LAMBDA:get*"], Resource: "*" }) });
    iam.authorize(principal, { action: "ecs:RunTask", resource: TASK_DEFINITION });
    iam.authorize(principal, { action: "lambda:GetDurableExecution", resource: EXECUTION });
    assert.throws(() => iam.authorize(principal, { action: "ecs:ListTasks", resource: CLUSTER }), refusal("ecs:ListTasks", CLUSTER));
    assert.throws(() => iam.authorize(principal, { action: "lambda:StopDurableExecution", resource: EXECUTION }), refusal("lambda:StopDurableExecution", EXECUTION));
  });

  it("holds RunTask to the cluster that a condition names", () => {
    const { iam, principal } = pollSession({
      run: policy({ Effect: "Allow", Action: "ecs:RunTask", Resource: TASK_DEFINITION.replace(/3$/, "*"), Condition: { ArnEquals: { "ecs:cluster": CLUSTER } } }),
    });
    iam.authorize(principal, { action: "ecs:RunTask", resource: TASK_DEFINITION, context: { "ecs:cluster": CLUSTER } });
    for (const context of [{ "ecs:cluster": `${CLUSTER}-2` }, undefined]) {
      assert.throws(() => iam.authorize(principal, { action: "ecs:RunTask", resource: TASK_DEFINITION, context }), refusal("ecs:RunTask", TASK_DEFINITION));
    }
  });

  it("holds PassRole to the role and to the service it is passed to", () => {
    const jobRole = `arn:aws:iam::${ACCOUNT}:role/job`;
    const { iam, principal } = pollSession({
      pass: policy({ Effect: "Allow", Action: "iam:PassRole", Resource: jobRole, Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } } }),
    });
    const context = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };
    iam.authorize(principal, { action: "iam:PassRole", resource: jobRole, context });
    assert.throws(() => iam.authorize(principal, { action: "iam:PassRole", resource: `${jobRole}-admin`, context }), refusal("iam:PassRole", `${jobRole}-admin`));
    assert.throws(
      () => iam.authorize(principal, { action: "iam:PassRole", resource: jobRole, context: { "iam:PassedToService": "scheduler.amazonaws.com" } }),
      refusal("iam:PassRole", jobRole),
    );
  });

  it("does not let a policy on one resource allow an action that has none", () => {
    const { iam, principal } = pollSession({ one: policy({ Effect: "Allow", Action: "ecs:ListTaskDefinitions", Resource: CLUSTER }) });
    assert.throws(() => iam.authorize(principal, { action: "ecs:ListTaskDefinitions", resource: "*" }), refusal("ecs:ListTaskDefinitions", "*"));
    const everywhere = pollSession({ all: policy({ Effect: "Allow", Action: "ecs:ListTaskDefinitions", Resource: "*" }) });
    everywhere.iam.authorize(everywhere.principal, { action: "ecs:ListTaskDefinitions", resource: "*" });
  });

  it("takes an asterisk in a requested name for a character, not for every name", () => {
    const group = `arn:aws:scheduler:eu-west-1:${ACCOUNT}:schedule/reminders`;
    const { iam, principal } = pollSession({ own: policy({ Effect: "Allow", Action: "scheduler:GetSchedule", Resource: `${group}/mine` }) });
    assert.throws(() => iam.authorize(principal, { action: "scheduler:GetSchedule", resource: `${group}/*` }), refusal("scheduler:GetSchedule", `${group}/*`));
    const { iam: wide, principal: caller } = pollSession({ group: policy({ Effect: "Allow", Action: "scheduler:GetSchedule", Resource: `${group}/*` }) });
    wide.authorize(caller, { action: "scheduler:GetSchedule", resource: `${group}/a*b` });
  });

  it("gives a session of a role that is no longer declared nothing", () => {
    const { iam, principal } = pollSession({ all: policy({ Effect: "Allow", Action: "*", Resource: "*" }) });
    iam.authorize(principal, { action: "ecs:RunTask", resource: TASK_DEFINITION });
    iam.apply({ roles: [], resourcePolicies: [] });
    assert.throws(() => iam.authorize(principal, { action: "ecs:RunTask", resource: TASK_DEFINITION }), refusal("ecs:RunTask", TASK_DEFINITION));
  });

  it("decides by the policies of the latest apply, not by a decision remembered from before", () => {
    const without = role("poll", {});
    const iam = createIam([without]);
    const principal = session(iam, without);
    const request = { action: "ecs:RunTask", resource: TASK_DEFINITION };
    assert.throws(() => iam.authorize(principal, request));
    iam.apply({ roles: [role("poll", { run: policy({ Effect: "Allow", Action: "ecs:RunTask", Resource: "*" }) })], resourcePolicies: [] });
    iam.authorize(principal, request);
    iam.apply({ roles: [without], resourcePolicies: [] });
    assert.throws(() => iam.authorize(principal, request), refusal("ecs:RunTask", TASK_DEFINITION));
  });

  it("remembers decisions by context too, so that one cluster's answer is not another's", () => {
    const { iam, principal } = pollSession({ run: policy({ Effect: "Allow", Action: "ecs:RunTask", Resource: "*", Condition: { ArnEquals: { "ecs:cluster": CLUSTER } } }) });
    for (let round = 0; round < 2; round++) {
      iam.authorize(principal, { action: "ecs:RunTask", resource: TASK_DEFINITION, context: { "ecs:cluster": CLUSTER } });
      assert.throws(() => iam.authorize(principal, { action: "ecs:RunTask", resource: TASK_DEFINITION, context: { "ecs:cluster": `${CLUSTER}2` } }));
    }
  });

  it("lets the local developer do everything", () => {
    const iam = createIam();
    iam.authorize(iam.administrator, { action: "ecs:RunTask", resource: TASK_DEFINITION });
    iam.authorize(iam.administrator, { action: "scheduler:ListSchedules", resource: "*" });
  });

  it("keeps the latest 200 refusals for people to see", () => {
    const { iam, principal } = pollSession({});
    for (let index = 0; index < 201; index++) assert.throws(() => iam.authorize(principal, { action: "ecs:StopTask", resource: `${CLUSTER}/${index}` }));
    const refused = iam.denials();
    assert.equal(refused.length, 200);
    assert.equal(refused[0]!.resource, `${CLUSTER}/1`);
    assert.equal(refused[199]!.action, "ecs:StopTask");
    assert.equal(refused[199]!.principal, principal.arn);
  });

  it("refuses a malformed policy with its place, and keeps the policies that were good", () => {
    const good = role("poll", { run: policy({ Effect: "Allow", Action: "ecs:RunTask", Resource: "*" }) });
    const iam = createIam([good]);
    const principal = session(iam, good);
    const bad = role("poll", { run: policy({ Effect: "Allow", Action: "RunTask", Resource: "*" }) });
    assert.throws(() => iam.apply({ roles: [bad], resourcePolicies: [] }), /policy run of role poll: Statement\[0\]\.Action/);
    iam.authorize(principal, { action: "ecs:RunTask", resource: TASK_DEFINITION });
  });
});

describe("IAM, trust policies", () => {
  const schedulerCaller = (sourceArn: string): ServiceCaller => ({ service: "scheduler.amazonaws.com", sourceArn, sourceAccount: ACCOUNT });
  const group = `arn:aws:scheduler:eu-west-1:${ACCOUNT}:schedule-group/reports`;
  const narrow = role("schedule", {}, trust("scheduler.amazonaws.com", { StringEquals: { "aws:SourceAccount": ACCOUNT, "aws:SourceArn": group } }));
  const refused = (service: string, arn: string) =>
    denied(`User: ${service} is not authorized to perform: sts:AssumeRole on resource: ${arn} because no role trust policy allows the sts:AssumeRole action`);

  it("gives a session to the service that the trust policy names", () => {
    const principal = createIam([narrow]).assumeRole(narrow.arn, schedulerCaller(group), "nightly");
    assert.deepEqual(principal, { kind: "assumed-role", arn: `arn:aws:sts::${ACCOUNT}:assumed-role/schedule/nightly`, roleArn: narrow.arn, accountId: ACCOUNT });
  });

  it("refuses a service that it does not name", () => {
    assert.throws(() => createIam([narrow]).assumeRole(narrow.arn, lambdaCaller("poll"), "poll"), refused("lambda.amazonaws.com", narrow.arn));
  });

  it("refuses the named service acting for another source or another account", () => {
    const iam = createIam([narrow]);
    assert.throws(() => iam.assumeRole(narrow.arn, schedulerCaller(`${group}-2`), "nightly"), refused("scheduler.amazonaws.com", narrow.arn));
    assert.throws(() => iam.assumeRole(narrow.arn, { ...schedulerCaller(group), sourceAccount: "111111111111" }, "nightly"), refused("scheduler.amazonaws.com", narrow.arn));
  });

  it("refuses a role that is not declared", () => {
    const missing = `arn:aws:iam::${ACCOUNT}:role/missing`;
    assert.throws(() => createIam().assumeRole(missing, lambdaCaller("poll"), "poll"), refused("lambda.amazonaws.com", missing));
  });

  it("lets an explicit deny in the trust policy win", () => {
    const [allow] = trust("lambda.amazonaws.com").Statement;
    const declared = role("poll", {}, policy(allow!, { ...allow!, Effect: "Deny" }));
    assert.throws(
      () => session(createIam([declared]), declared),
      denied(`User: lambda.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${declared.arn} with an explicit deny in the role trust policy`),
    );
  });
});

describe("IAM, resource policies", () => {
  const events: ServiceCaller = { service: "events.amazonaws.com", sourceArn: RULE, sourceAccount: ACCOUNT };
  const invoke = { action: "lambda:InvokeFunction", resource: ALIAS };
  const permission = policy({ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: ALIAS, Principal: { Service: "events.amazonaws.com" }, Condition: { ArnLike: { "aws:SourceArn": RULE } } });
  const noResourcePolicy = (service: string, resource: string) =>
    denied(`User: ${service} is not authorized to perform: lambda:InvokeFunction on resource: ${resource} because no resource-based policy allows the lambda:InvokeFunction action`);

  function withPermission(...policies: PolicyDocument[]): Iam {
    const iam = createIam();
    iam.apply({ roles: [], resourcePolicies: policies.map((document) => ({ resourceArn: ALIAS, policy: document })) });
    return iam;
  }

  it("lets a service call what was opened to it, from the source it was opened for", () => {
    withPermission(permission).authorizeService(events, invoke);
  });

  it("refuses a service that sends no account where the policy asks for one, as EventBridge", () => {
    const eventBridge = { service: events.service, sourceArn: events.sourceArn };
    const asking = policy({
      Effect: "Allow",
      Action: "lambda:InvokeFunction",
      Resource: ALIAS,
      Principal: { Service: "events.amazonaws.com" },
      Condition: { ArnLike: { "aws:SourceArn": RULE }, StringEquals: { "aws:SourceAccount": ACCOUNT } },
    });
    withPermission(asking).authorizeService(events, invoke);
    assert.throws(() => withPermission(asking).authorizeService(eventBridge, invoke), noResourcePolicy(events.service, ALIAS));
  });

  it("refuses the service on behalf of another source, another service, and another resource", () => {
    const iam = withPermission(permission);
    assert.throws(() => iam.authorizeService({ ...events, sourceArn: `${RULE}-other` }, invoke), noResourcePolicy(events.service, ALIAS));
    assert.throws(() => iam.authorizeService({ ...events, service: "s3.amazonaws.com" }, invoke), noResourcePolicy("s3.amazonaws.com", ALIAS));
    const version = ALIAS.replace("live", "1");
    assert.throws(() => iam.authorizeService(events, { ...invoke, resource: version }), noResourcePolicy(events.service, version));
  });

  it("refuses a service where there is no resource policy at all", () => {
    assert.throws(() => createIam().authorizeService(events, invoke), noResourcePolicy(events.service, ALIAS));
  });

  it("reads several permissions on one resource as one policy", () => {
    const second = policy({ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: ALIAS, Principal: { Service: "s3.amazonaws.com" } });
    const iam = withPermission(permission, second);
    iam.authorizeService(events, invoke);
    iam.authorizeService({ ...events, service: "s3.amazonaws.com" }, invoke);
  });

  it("lets a resource policy's deny beat a role's allow, and says where the deny is", () => {
    const declared = role("poll", { all: policy({ Effect: "Allow", Action: "*", Resource: "*" }) });
    const iam = createIam();
    const deny = policy({ Effect: "Deny", Action: "lambda:InvokeFunction", Resource: ALIAS, Principal: "*" });
    iam.apply({ roles: [declared], resourcePolicies: [{ resourceArn: ALIAS, policy: deny }] });
    const principal = session(iam, declared);
    assert.throws(
      () => iam.authorize(principal, invoke),
      denied(`User: ${principal.arn} is not authorized to perform: lambda:InvokeFunction on resource: ${ALIAS} with an explicit deny in a resource-based policy`),
    );
  });

  it("lets a resource policy alone open a resource to a role of the same account", () => {
    const declared = role("poll", {});
    const iam = createIam();
    const open = policy({ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: ALIAS, Principal: { AWS: declared.arn } });
    iam.apply({ roles: [declared], resourcePolicies: [{ resourceArn: ALIAS, policy: open }] });
    iam.authorize(session(iam, declared), invoke);
  });
});

describe("IAM, credentials", () => {
  it("gives each session its own temporary key, and forgets it when revoked", () => {
    const { iam, principal } = pollSession({});
    const first = iam.issueCredentials(principal);
    const second = iam.issueCredentials(principal);
    assert.match(first.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
    assert.notEqual(first.accessKeyId, second.accessKeyId);
    iam.revokeCredentials(first.accessKeyId);
    assert.deepEqual(iam.identify(first.accessKeyId), { state: "revoked" });
    assert.deepEqual(iam.identify(second.accessKeyId), { state: "active", credentials: second, principal });
    assert.equal(iam.identify("ASIAAAAAAAAAAAAAAAAA"), undefined);
  });
});
