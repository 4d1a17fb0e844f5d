import assert from "node:assert/strict";
import { AwsError } from "../../../local/errors.ts";
import { createClock } from "../../../local/clock.ts";
import { policy, role, trust } from "../iam/fixtures.ts";
import {
  CLUSTER,
  DEFINITION,
  EcsHarness,
  executionRole,
  IMAGE,
  runInput,
  type TaskAnswer,
  taskRole,
  temporaryFolder,
  until,
  withEnvironment,
} from "./fixtures.ts";

const ROLE = "arn:aws:iam::000000000000:role";

function refuses(code: string, message: RegExp | string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof AwsError, String(error));
    assert.equal(error.code, code);
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };
}

describe("RunTask", () => {
  it("with a client token that was used starts nothing and answers the same tasks", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path });
    const input = { ...runInput, clientToken: "a".repeat(64), count: 2, ...withEnvironment({ A: "1" }) };
    const first = await ecs.call<{ tasks: TaskAnswer[] }>("RunTask", input);
    const second = await ecs.call<{ tasks: TaskAnswer[] }>("RunTask", input);
    assert.equal(first.tasks.length, 2);
    const arns = first.tasks.map(({ taskArn }) => taskArn);
    assert.deepEqual(
      second.tasks.map(({ taskArn }) => taskArn),
      arns,
    );
    await ecs.stopped(first.tasks[0]!);
    await ecs.stopped(first.tasks[1]!);
    const third = await ecs.call<{ tasks: TaskAnswer[] }>("RunTask", input);
    assert.deepEqual(
      third.tasks.map(({ lastStatus }) => lastStatus),
      ["STOPPED", "STOPPED"],
    );

    await assert.rejects(ecs.call("RunTask", { ...input, ...withEnvironment({ A: "2" }) }), (error: AwsError) => {
      assert.equal(error.code, "ConflictException");
      assert.deepEqual(error.members, { resourceIds: arns });
      return true;
    });
    assert.equal(ecs.events.filter(({ detail }) => detail["lastStatus"] === "PROVISIONING").length, 2);
  });

  it("spreads tasks over capacity providers: the base first, then by weight", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path });
    const strategy = [
      { capacityProvider: "FARGATE", base: 2, weight: 1 },
      { capacityProvider: "FARGATE_SPOT", weight: 3 },
    ];
    const { tasks } = await ecs.call<{ tasks: (TaskAnswer & { capacityProviderName: string })[] }>("RunTask", { ...runInput, capacityProviderStrategy: strategy, count: 10 });
    const on = (name: string) => tasks.filter(({ capacityProviderName }) => capacityProviderName === name).length;
    assert.deepEqual([on("FARGATE"), on("FARGATE_SPOT")], [4, 6]);
    await Promise.all(tasks.map((task) => ecs.stopped(task)));
  });

  it("that is refused leaves its client token free", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, roles: [executionRole] });
    await assert.rejects(ecs.run({ clientToken: "t" }), /unable to assume the role/);
    ecs.iam.apply({ roles: [executionRole, taskRole], resourcePolicies: [] });
    await ecs.stopped(await ecs.run({ clientToken: "t" }));
  });

  it("says what is wrong as ECS does", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path });
    const cases: [object, string, RegExp | string][] = [
      [{ cluster: "other" }, "ClusterNotFoundException", "Cluster not found."],
      [{ cluster: undefined }, "ClusterNotFoundException", "Cluster not found."],
      [{ taskDefinition: "other" }, "ClientException", "TaskDefinition not found."],
      [{ taskDefinition: "job:2" }, "ClientException", "TaskDefinition not found."],
      [{ networkConfiguration: undefined }, "InvalidParameterException", "Network Configuration must be provided when networkMode 'awsvpc' is specified."],
      [withEnvironment({ BIG: "x".repeat(8200) }), "InvalidParameterException", "Container Overrides length must be at most 8192"],
      [
        { overrides: { containerOverrides: [{ name: "nobody" }] } },
        "InvalidParameterException",
        "Override for container named nobody is not a container in the TaskDefinition.",
      ],
      [{ launchType: "FARGATE" }, "InvalidParameterException", /both a launch type and capacity provider strategy/],
      [{ capacityProviderStrategy: undefined }, "InvalidParameterException", "No Container Instances were found in your cluster."],
      [{ capacityProviderStrategy: [{ capacityProvider: "FARGATE" }, { capacityProvider: "FARGATE_SPOT" }] }, "InvalidParameterException", /weight greater than 0/],
      [{ capacityProviderStrategy: ["FARGATE", "FARGATE_SPOT"].map((capacityProvider) => ({ capacityProvider, base: 1 })) }, "InvalidParameterException", /Only one .* base/],
      [{ capacityProviderStrategy: [{ capacityProvider: "MINE" }] }, "InvalidParameterException", /'MINE' was not found/],
      [{ count: 0 }, "InvalidParameterException", /count/],
      [{ count: 11 }, "InvalidParameterException", /count/],
      [{ startedBy: "x".repeat(129) }, "InvalidParameterException", /startedBy/],
      [{ clientToken: "x".repeat(65) }, "InvalidParameterException", /clientToken/],
      [{ volumeConfigurations: [] }, "InvalidParameterException", /volumeConfigurations/],
    ];
    for (const [input, code, message] of cases) await assert.rejects(ecs.run(input), refuses(code, message));
    assert.equal(ecs.events.length, 0);
    assert.equal(ecs.tasks.table.open().length, 0);
  });

  it("refuses roles that ECS may not assume, task and execution role alike", async () => {
    for (const [broken, roles] of [
      ["task", [executionRole, role("task", {}, trust("lambda.amazonaws.com"))]],
      ["execution", [taskRole, role("execution", executionRole.policies, trust("lambda.amazonaws.com"))]],
      ["task", [executionRole, role("task", {}, trust("ecs-tasks.amazonaws.com", { StringEquals: { "aws:SourceAccount": "111111111111" } }))]],
    ] as const) {
      using folder = temporaryFolder();
      await using ecs = new EcsHarness({ folder: folder.path, roles: [...roles] });
      await assert.rejects(ecs.run(), refuses("ClientException", new RegExp(`^ECS was unable to assume the role '${ROLE}/${broken}' that was provided`)));
      assert.equal(ecs.events.length, 0);
    }
  });

  it("asks IAM for the task definition, both roles, and the tags", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path });
    const cluster = { "ecs:cluster": CLUSTER };
    const passed = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };
    const run = { action: "ecs:RunTask", resource: DEFINITION, context: cluster };
    const roles = ["task", "execution"].map((name) => ({ action: "iam:PassRole", resource: `${ROLE}/${name}`, context: passed }));
    assert.deepEqual(ecs.parse("RunTask", runInput).access, [run, ...roles]);
    assert.deepEqual(ecs.parse("RunTask", { ...runInput, propagateTags: "TASK_DEFINITION", tags: [{ key: "a", value: "b" }] }).access, [
      run,
      ...roles,
      {
        action: "ecs:TagResource",
        resource: "arn:aws:ecs:eu-west-1:000000000000:task/jobs/*",
        context: {
          ...cluster,
          "ecs:CreateAction": "RunTask",
          "aws:TagKeys": ["project", "a"],
          "aws:RequestTag/project": "durable-workflows",
          "aws:RequestTag/a": "b",
        },
      },
    ]);
    const another = { ...runInput, overrides: { taskRoleArn: `${ROLE}/other` } };
    assert.equal(ecs.parse("RunTask", another).access[1]!.resource, `${ROLE}/other`);
  });
});

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
    assert.equal(noProgram.stoppedReason, 'CannotStartContainerError: exec: "no-such-program": executable file not found in $PATH');
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
          { ...sidecar, name: "helper", essential: false, entryPoint: ["sh"], command: ["-c", "exit 3"] },
          { ...sidecar, name: "proxy", essential: false, entryPoint: ["sh"], command: waits },
        ],
      },
    });
    const task = await ecs.run();
    await until(() => ecs.messages().filter((message) => message === "ready").length === 2, "both to be ready");
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
