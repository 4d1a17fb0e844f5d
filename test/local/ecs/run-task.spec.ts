import assert from "node:assert/strict";
import type { AwsError } from "../../../local/errors.ts";
import { role, trust } from "../iam/fixtures.ts";
import { CLUSTER, DEFINITION, EcsHarness, executionRole, refuses, runInput, type TaskAnswer, taskRole, temporaryFolder, withEnvironment } from "./fixtures.ts";

const ROLE = "arn:aws:iam::000000000000:role";

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

  it("of a definition without a task role passes the execution role alone, and runs without credentials", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, definition: { taskRoleArn: undefined } });
    const passed = ecs.parse("RunTask", runInput).access.filter(({ action }) => action === "iam:PassRole");
    assert.equal(passed.length, 1);
    assert.equal((await ecs.stopped(await ecs.run())).containers[0]?.exitCode, 0);
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
