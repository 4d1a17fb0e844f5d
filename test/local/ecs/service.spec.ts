import assert from "node:assert/strict";
import { createClock } from "../../../local/clock.ts";
import { policy, role } from "../iam/fixtures.ts";
import { CLUSTER, DEFINITION, EcsHarness, executionRole, IMAGE, isAlive, refuses, type TaskAnswer, taskRole, temporaryFolder, until } from "./fixtures.ts";

describe("a task that cannot start", () => {
  async function failure(options: Partial<ConstructorParameters<typeof EcsHarness>[0]>): Promise<TaskAnswer> {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, ...options });
    const task = await ecs.stopped(await ecs.run());
    assert.deepEqual([task.stopCode, task.startedAt, task.containers[0]!.exitCode], ["TaskFailedToStart", undefined, undefined]);
    assert.equal(ecs.statuses(task.taskArn).includes("RUNNING"), false);
    return task;
  }
  const without = (name: string) =>
    role("execution", Object.fromEntries(Object.entries(executionRole.policies).filter(([key]) => key !== name)), executionRole.trustPolicy);
  const mayPull = (...actions: string[]) => policy({ Effect: "Allow", Action: actions, Resource: "*" });

  it("says which permission of the execution role is missing", async () => {
    const cases = [
      [without("logs"), /^ResourceInitializationError: failed to validate logger args.*AccessDeniedException.*logs:CreateLogStream on resource: .*:log-group:\/jobs:log-stream:run\/job\//],
      [without("pull"), /^ResourceInitializationError: unable to pull.*ecr:GetAuthorizationToken on resource: \*/],
      [
        role("execution", { ...executionRole.policies, pull: mayPull("ecr:GetAuthorizationToken", "ecr:BatchGetImage") }, executionRole.trustPolicy),
        /^CannotPullContainerError.*ecr:GetDownloadUrlForLayer on resource: arn:aws:ecr:eu-west-1:000000000000:repository\/job/,
      ],
    ] as const;
    for (const [execution, reason] of cases) assert.match((await failure({ roles: [taskRole, execution] })).stoppedReason!, reason);
  });

  it("says which image or program is missing", async () => {
    assert.match((await failure({ container: { image: "nginx" } })).stoppedReason!, /^CannotPullContainerError: nginx/);
    const noProgram = await failure({ container: { entryPoint: ["no-such-program"] } });
    assert.match(noProgram.stoppedReason!, /^CannotStartContainerError: exec: "no-such-program": executable file not found in \$PATH/);
    assert.equal(noProgram.containers[0]!.reason, noProgram.stoppedReason);
    assert.match((await failure({ dockerfile: "FROM scratch\n" })).stoppedReason!, /no command specified/);
  });
});

describe("a task of two containers", () => {
  const sidecar = { image: IMAGE, environment: {}, stopTimeoutSeconds: 30, logGroupName: "/jobs", logStreamPrefix: "run" };
  const waits = ["-c", "trap 'exit 4' TERM; echo ready; while :; do sleep 0.02; done"];

  it("stops when its essential one ends, and not before", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({
      folder: folder.path,
      definition: {
        containers: [
          { ...sidecar, name: "job", essential: true, entryPoint: ["sh"], command: waits },
          { ...sidecar, name: "helper", essential: false, entryPoint: ["sh"], command: ["-c", 'echo "helper $$"; exit 3'] },
          { ...sidecar, name: "proxy", essential: false, entryPoint: ["sh"], command: waits },
        ],
      },
    });
    const task = await ecs.run();
    await until(() => ecs.messages().filter((message) => message === "ready").length === 2, "both to be ready");
    const helper = Number(await ecs.printed("helper "));
    await until(() => !isAlive(helper), "the helper to have ended");
    assert.equal((await ecs.describe(task)).lastStatus, "RUNNING");
    await ecs.call("StopTask", { cluster: "jobs", task: task.taskArn });
    const ended = await ecs.stopped(task);
    assert.deepEqual(
      ended.containers.map(({ name, exitCode }) => [name, exitCode]),
      [
        ["job", 4],
        ["helper", 3],
        ["proxy", 4],
      ],
    );
  });
});

describe("reading ECS tasks", () => {
  it("describes what there is and reports the rest as missing", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path });
    const task = await ecs.stopped(await ecs.run());
    const id = task.taskArn.split("/").at(-1)!;
    const unknown = "arn:aws:ecs:eu-west-1:000000000000:task/jobs/0";
    const answer = await ecs.call<{ tasks: TaskAnswer[]; failures: unknown[] }>("DescribeTasks", { cluster: CLUSTER, tasks: [id, unknown] });
    assert.deepEqual(
      answer.tasks.map(({ taskArn }) => taskArn),
      [task.taskArn],
    );
    assert.deepEqual(answer.failures, [{ arn: unknown, reason: "MISSING" }]);
    await assert.rejects(ecs.call("DescribeTasks", { cluster: "jobs", tasks: [] }), refuses("InvalidParameterException", /Tasks cannot be empty/));
    await assert.rejects(ecs.call("StopTask", { cluster: "jobs", task: unknown }), refuses("InvalidParameterException", "The referenced task was not found."));
    assert.deepEqual(ecs.parse("StopTask", { cluster: "jobs", task: id }).access, [
      { action: "ecs:StopTask", resource: task.taskArn, context: { "ecs:cluster": CLUSTER } },
    ]);
    assert.deepEqual(ecs.parse("ListTasks", { cluster: "jobs" }).access, [
      { action: "ecs:ListTasks", resource: "*", context: { "ecs:cluster": CLUSTER } },
    ]);
  });

  it("lists by starter, family and desired status, page by page", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: "exec sleep 60" });
    const mine = [await ecs.run({ startedBy: "me" }), await ecs.run({ startedBy: "me" }), await ecs.run({ startedBy: "me" })];
    const yours = await ecs.run({ startedBy: "you" });
    const list = async (input: object) => ecs.call<{ taskArns: string[]; nextToken?: string }>("ListTasks", { cluster: "jobs", ...input });
    const arns = mine.map(({ taskArn }) => taskArn);
    assert.deepEqual(await list({ startedBy: "me" }), { taskArns: arns });
    assert.deepEqual((await list({ family: "job" })).taskArns, [...arns, yours.taskArn]);
    assert.deepEqual((await list({ family: "other" })).taskArns, []);

    const first = await list({ startedBy: "me", maxResults: 2 });
    const second = await list({ startedBy: "me", maxResults: 2, nextToken: first.nextToken });
    assert.deepEqual([first.taskArns, second], [arns.slice(0, 2), { taskArns: arns.slice(2) }]);

    await ecs.call("StopTask", { cluster: "jobs", task: arns[0] });
    assert.deepEqual((await list({ startedBy: "me" })).taskArns, arns.slice(1));
    assert.deepEqual((await list({ startedBy: "me", desiredStatus: "STOPPED" })).taskArns, arns.slice(0, 1));
    await assert.rejects(list({ cluster: "other" }), refuses("ClusterNotFoundException", "Cluster not found."));
  });

  it("shows stopped tasks for an hour, and remembers their client token for longer", async () => {
    using folder = temporaryFolder();
    let ahead = 0;
    await using ecs = new EcsHarness({ folder: folder.path, clock: { ...createClock(), now: () => Date.now() + ahead } });
    const task = await ecs.stopped(await ecs.run({ clientToken: "t" }));
    const seen = async () => {
      const { failures } = await ecs.call<{ failures: unknown[] }>("DescribeTasks", { cluster: "jobs", tasks: [task.taskArn] });
      const { taskArns } = await ecs.call<{ taskArns: string[] }>("ListTasks", { cluster: "jobs", desiredStatus: "STOPPED" });
      return [failures.length === 0, taskArns.length === 1];
    };
    ahead = 59 * 60_000;
    assert.deepEqual(await seen(), [true, true]);
    ahead = 61 * 60_000;
    assert.deepEqual(await seen(), [false, false]);
    ahead = 6 * 86_400_000;
    assert.equal((await ecs.run({ clientToken: "t" })).taskArn, task.taskArn);
    ahead = 8 * 86_400_000;
    await ecs.stopped(await ecs.run({ clientToken: "another" }));
    assert.equal(ecs.tasks.table.get(task.taskArn.split("/").at(-1)!), undefined);
    assert.equal(ecs.tasks.table.tokenUse(CLUSTER, "t"), undefined);
  });

  it("describes clusters and task definitions", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: "exec sleep 60" });
    const task = await ecs.run();
    await ecs.reached(task, "RUNNING");
    const { clusters, failures } = await ecs.call<{ clusters: Record<string, unknown>[]; failures: unknown[] }>("DescribeClusters", { clusters: ["jobs", "other"] });
    assert.deepEqual(
      clusters.map((cluster) => [cluster["clusterArn"], cluster["status"], cluster["runningTasksCount"], cluster["pendingTasksCount"]]),
      [[CLUSTER, "ACTIVE", 1, 0]],
    );
    assert.deepEqual(failures, [{ arn: "arn:aws:ecs:eu-west-1:000000000000:cluster/other", reason: "MISSING" }]);
    assert.deepEqual(await ecs.call("ListClusters", {}), { clusterArns: [CLUSTER] });

    for (const taskDefinition of ["job", "job:3", DEFINITION]) {
      const answer = await ecs.call<{ taskDefinition: Record<string, unknown>; tags: unknown }>("DescribeTaskDefinition", { taskDefinition, include: ["TAGS"] });
      assert.deepEqual([answer.taskDefinition["taskDefinitionArn"], answer.tags], [DEFINITION, [{ key: "project", value: "durable-workflows" }]]);
    }
    await assert.rejects(ecs.call("DescribeTaskDefinition", { taskDefinition: "other" }), refuses("ClientException", "Unable to describe task definition."));
    assert.throws(() => ecs.parse("RegisterTaskDefinition", {}), refuses("UnknownOperationException", /ecs:RegisterTaskDefinition/));
  });

  it("keeps older revisions for the executions that began with them", async () => {
    using folder = temporaryFolder();
    const before = new EcsHarness({ folder: folder.path });
    await before[Symbol.asyncDispose]();
    await using ecs = new EcsHarness({ folder: folder.path, definition: { arn: DEFINITION.replace(":3", ":4"), revision: 4 } });
    const newest = await ecs.call<{ taskDefinition: { revision: number } }>("DescribeTaskDefinition", { taskDefinition: "job" });
    assert.equal(newest.taskDefinition.revision, 4);
    assert.equal((await ecs.stopped(await ecs.run({ taskDefinition: DEFINITION }))).containers[0]!.exitCode, 0);
  });
});
