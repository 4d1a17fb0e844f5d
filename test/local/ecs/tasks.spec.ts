import assert from "node:assert/strict";
import { createClock } from "../../../local/clock.ts";
import { DEAF, EcsHarness, isAlive, refuses, runInput, type TaskAnswer, temporaryFolder, until, withEnvironment } from "./fixtures.ts";

const LIFE = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"];

/** Runs until it is told to end. */
const WAITS = 'echo "pid $$"; trap "echo told; exit 9" TERM; while :; do sleep 0.02; done';

describe("an ECS task", () => {
  it("goes through its life cycle, with an event for each state, in order", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: "exit 0" });
    const task = await ecs.run({ startedBy: "execution-1", propagateTags: "TASK_DEFINITION", ...withEnvironment({ JOB_ATTEMPT: "1" }) });
    assert.equal(task.lastStatus, "PROVISIONING");

    const ended = await ecs.stopped(task);
    assert.deepEqual(ecs.statuses(task.taskArn), LIFE);
    assert.deepEqual(
      ecs.events.map(({ detail }) => detail["version"]),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.equal(ended.stopCode, "EssentialContainerExited");
    assert.equal(ended.stoppedReason, "Essential container in task exited");
    assert.equal(ended.desiredStatus, "STOPPED");
    assert.deepEqual(
      ended.containers.map(({ name, exitCode, lastStatus }) => ({ name, exitCode, lastStatus })),
      [{ name: "job", exitCode: 0, lastStatus: "STOPPED" }],
    );
    assert.match(ended.containers[0]!.imageDigest!, /^sha256:[0-9a-f]{64}$/);
    const times = [ended.createdAt, ended.startedAt!, ended.stoppingAt!, ended.executionStoppedAt!, ended.stoppedAt!];
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.ok(Math.abs(ended.createdAt - Date.now() / 1000) < 60, "times are in seconds");

    const last = ecs.events.at(-1)!;
    assert.deepEqual([last.source, last.detailType, last.resources], ["aws.ecs", "ECS Task State Change", [task.taskArn]]);
    const { detail } = last;
    assert.deepEqual([detail["startedBy"], detail["capacityProviderName"]], ["execution-1", "FARGATE_SPOT"]);
    assert.match(String(detail["stoppedAt"]), /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.deepEqual((detail["overrides"] as { containerOverrides: unknown }).containerOverrides, [
      { name: "job", environment: [{ name: "JOB_ATTEMPT", value: "1" }] },
    ]);
    assert.deepEqual(ended.tags, []);
    const withTags = await ecs.describe(task, { include: ["TAGS"] });
    assert.deepEqual(withTags.tags, [{ key: "project", value: "durable-workflows" }]);
  });

  it("is interrupted on Spot as on AWS: SIGTERM, its exit code, and a stop code of its own", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: WAITS });
    const task = await ecs.run({});
    await ecs.printed("pid ");
    ecs.tasks.interrupt(task.taskArn);
    const { stopCode, stoppedReason, containers } = await ecs.stopped(task);
    assert.deepEqual([stopCode, stoppedReason, containers[0]!.exitCode], ["SpotInterruption", "Your Spot Task was interrupted.", 9]);
    assert.deepEqual(ecs.statuses(task.taskArn), LIFE);
    assert.throws(() => ecs.tasks.interrupt(task.taskArn), refuses("InvalidParameterException", /this one is STOPPED, on FARGATE_SPOT/));
    assert.throws(() => ecs.tasks.interrupt(`${task.taskArn}0`), refuses("InvalidParameterException", "The referenced task was not found."));
  });

  it("is never interrupted on FARGATE", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: WAITS });
    const task = await ecs.run({ capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }] });
    await ecs.printed("pid ");
    assert.throws(() => ecs.tasks.interrupt(task.taskArn), refuses("InvalidParameterException", /this one is RUNNING, on FARGATE\./));
  });

  it("runs in the image's working directory with its own environment and nothing of the stack's", async () => {
    using folder = temporaryFolder();
    process.env["SECRET_OF_THE_STACK"] = "secret";
    await using ecs = new EcsHarness({
      folder: folder.path,
      dockerfile: `FROM node:24-slim
ENV FROM_IMAGE=image FROM_DEFINITION=image SHADE=image
WORKDIR /app
COPY env.mjs ./
USER node
CMD ["node", "/app/env.mjs"]
`,
      files: { "env.mjs": 'console.log("env " + JSON.stringify({ ...process.env, cwd: process.cwd() })); setInterval(() => {}, 1000);' },
    });
    const task = await ecs.run(withEnvironment({ SHADE: "override" }));
    const environment = JSON.parse(await ecs.printed("env ")) as Record<string, string>;
    delete process.env["SECRET_OF_THE_STACK"];
    assert.ok(environment["cwd"]?.endsWith("/app"), environment["cwd"]);
    assert.deepEqual([environment["FROM_IMAGE"], environment["FROM_DEFINITION"], environment["SHADE"]], ["image", "definition", "override"]);
    assert.deepEqual([environment["AWS_REGION"], environment["AWS_ENDPOINT_URL"]], ["eu-west-1", "http://127.0.0.1:4566"]);
    assert.equal(environment["SECRET_OF_THE_STACK"], undefined);

    const id = task.taskArn.split("/").at(-1)!;
    const credentials = ecs.iam.identify(environment["AWS_ACCESS_KEY_ID"]!);
    assert.equal(credentials?.state === "active" && credentials.principal.arn, `arn:aws:sts::000000000000:assumed-role/task/${id}`);
    assert.deepEqual([ecs.lines[0]!.group, ecs.lines[0]!.stream], ["/jobs", `run/job/${id}`]);
    await ecs.call("StopTask", { cluster: "jobs", task: id });
    assert.equal((await ecs.stopped(task)).containers[0]!.exitCode, 143);
    assert.equal(ecs.iam.identify(environment["AWS_ACCESS_KEY_ID"]!)?.state, "revoked");
  });

  it("in Node has timers that run at the stack's speed", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({
      folder: folder.path,
      clock: createClock(600),
      dockerfile: 'FROM node:24-slim\nCOPY job.mjs ./\nCMD ["node", "job.mjs"]\n',
      files: { "job.mjs": "setTimeout(() => process.exit(3), 120_000);" },
    });
    assert.equal((await ecs.stopped(await ecs.run())).containers[0]!.exitCode, 3);
  });

  it("ends with its process's exit code, also by another command", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: 'echo "one\n\ntwo"; printf three; exit "${1:-7}"' });
    const [first, second] = await Promise.all([
      ecs.run(),
      ecs.run({ overrides: { containerOverrides: [{ name: "job", command: ["42"] }], cpu: "512" } }),
    ]);
    const ended = [await ecs.stopped(first), await ecs.stopped(second)];
    assert.deepEqual(
      ended.map(({ containers, cpu }) => [containers[0]!.exitCode, cpu]),
      [
        [7, "256"],
        [42, "512"],
      ],
    );
    const lines = ecs.lines.filter(({ stream }) => first.taskArn.endsWith(stream.split("/").at(-1)!));
    assert.deepEqual(
      lines.map(({ message }) => message),
      ["one", "two", "three"],
    );
  });

  it("that is killed from outside stops with 137", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: DEAF });
    const task = await ecs.run();
    process.kill(Number(await ecs.printed("pid ")), "SIGKILL");
    const ended = await ecs.stopped(task);
    assert.deepEqual([ended.containers[0]!.exitCode, ended.stopCode], [137, "EssentialContainerExited"]);
    assert.deepEqual(ecs.statuses(task.taskArn), LIFE);
  });

  it("that uses more memory than it has is killed, with ECS's reason", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({
      folder: folder.path,
      dockerfile: 'FROM scratch\nWORKDIR /app\nCOPY job.mjs ./\nENTRYPOINT ["node", "job.mjs"]\n',
      files: { "job.mjs": "const kept = []; setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 10);" },
      definition: { memory: "128" },
    });
    const task = await ecs.stopped(await ecs.run());
    assert.equal(task.stopCode, "EssentialContainerExited");
    assert.deepEqual(
      task.containers.map(({ exitCode, reason }) => [exitCode, reason]),
      [[137, "OutOfMemoryError: Container killed due to memory usage"]],
    );
  });

  it("takes what it has started with it", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: 'sleep 60 & echo "child $!"; exit 0' });
    const task = await ecs.run();
    await ecs.stopped(task);
    const child = Number(await ecs.printed("child "));
    await until(() => !isAlive(child), "the end of the child");
  });

  it("prints as fast as it likes without starving the stack", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: "yes | tr -d '\\n'" });
    const task = await ecs.run();
    await until(() => ecs.lines.length > 60, "a megabyte of output");
    assert.ok(ecs.messages().every((message) => message.length <= 16 * 1024));
    await ecs.call("StopTask", { cluster: "jobs", task: task.taskArn });
    await ecs.stopped(task);
    assert.ok(ecs.lines.length < 300, `${ecs.lines.length} lines of 16 KiB in a moment`);
  });
});

describe("stopping an ECS task", () => {
  it("tells the process, lets it end by itself, and keeps the caller's reason", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: WAITS });
    const task = await ecs.run();
    await ecs.printed("pid ");
    const { task: stopping } = await ecs.call<{ task: TaskAnswer }>("StopTask", { cluster: "jobs", task: task.taskArn, reason: "no longer needed" });
    assert.deepEqual([stopping.lastStatus, stopping.desiredStatus, stopping.stopCode], ["STOPPING", "STOPPED", "UserInitiated"]);
    const { task: again } = await ecs.call<{ task: TaskAnswer }>("StopTask", { cluster: "jobs", task: task.taskArn, reason: "another" });
    assert.equal(again.stoppedReason, "no longer needed");

    const ended = await ecs.stopped(task);
    assert.deepEqual([ended.containers[0]!.exitCode, ended.stopCode, ended.stoppedReason], [9, "UserInitiated", "no longer needed"]);
    assert.deepEqual(ecs.statuses(task.taskArn), LIFE);
    assert.ok(ecs.messages().includes("told"));
    const { task: still } = await ecs.call<{ task: TaskAnswer }>("StopTask", { cluster: "jobs", task: task.taskArn });
    assert.equal(still.version, ended.version);
  });

  it("kills a process that does not listen, when the stop time-out is over", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: DEAF, clock: createClock(100) });
    const task = await ecs.run();
    await ecs.printed("pid ");
    const before = Date.now();
    await ecs.call("StopTask", { cluster: "jobs", task: task.taskArn });
    const ended = await ecs.stopped(task);
    assert.ok(Date.now() - before >= 300, "30 s of stop time-out at 100 times the speed");
    assert.deepEqual([ended.containers[0]!.exitCode, ended.stoppedReason], [137, "Task stopped by user"]);
  });

  it("uses the image's STOPSIGNAL", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({
      folder: folder.path,
      dockerfile: 'FROM scratch\nCOPY job.sh /\nSTOPSIGNAL SIGUSR1\nCMD ["sh", "/job.sh"]\n',
      script: 'trap "exit 5" USR1; trap "" TERM; echo "pid $$"; while :; do sleep 0.02; done',
    });
    const task = await ecs.run();
    await ecs.printed("pid ");
    await ecs.call("StopTask", { cluster: "jobs", task: task.taskArn });
    assert.equal((await ecs.stopped(task)).containers[0]!.exitCode, 5);
  });

  it("never starts a task that is stopped before its process", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: `echo ran` });
    const running = ecs.run();
    // In the same turn as RunTask, so before anything of the task can have begun.
    const [open] = ecs.tasks.table.open();
    ecs.tasks.stopTask(open!, "changed my mind");
    const ended = await ecs.stopped(await running);
    assert.deepEqual([ended.stopCode, ended.containers[0]!.exitCode, ended.startedAt], ["UserInitiated", undefined, undefined]);
    assert.deepEqual(ecs.messages(), []);
  });
});

describe("many ECS tasks", () => {
  it("wait for a place, oldest first", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: "exec sleep 60" });
    const arns: string[] = [];
    for (let batch = 0; batch < 4; batch += 1) {
      const { tasks } = await ecs.call<{ tasks: TaskAnswer[] }>("RunTask", { ...runInput, count: batch < 3 ? 10 : 4 });
      arns.push(...tasks.map(({ taskArn }) => taskArn));
    }
    const withStatus = (status: string) => arns.filter((arn) => ecs.statuses(arn).at(-1) === status);
    await until(() => withStatus("RUNNING").length === 32, "32 running tasks");
    assert.deepEqual(withStatus("PROVISIONING"), arns.slice(32));
    await ecs.call("StopTask", { cluster: "jobs", task: arns[3] });
    await until(() => ecs.statuses(arns[32]!).includes("RUNNING"), "the next task");
    assert.deepEqual(withStatus("PROVISIONING"), [arns[33]]);
  });
});
