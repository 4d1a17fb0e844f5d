import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EcsHarness, isAlive, temporaryFolder, until, withEnvironment } from "./fixtures.ts";

/** Starts a process in a session of its own that outlives the job, tells its id, and runs `then`. */
const leavesGroup = (then: string) =>
  `"${process.execPath}" -e 'const child = require("child_process").spawn("/bin/sleep", ["600"], { detached: true, stdio: "ignore" }); child.unref(); console.log("child " + child.pid)'\n${then}`;

describe("an ECS task, apart from the others", () => {
  it("starts from the image's files, whatever an earlier task has done to its own, and leaves none behind", async () => {
    using folder = temporaryFolder();
    const script = 'ls | sort | tr "\\n" " "; echo; echo "echo changed; exit 9" > job.sh; echo x > "$PWD/more"; cd .. && touch root-file';
    await using ecs = new EcsHarness({ folder: folder.path, script });
    ecs.tasks.start();
    for (let run = 0; run < 2; run++) assert.equal((await ecs.stopped(await ecs.run())).containers[0]!.exitCode, 0);
    assert.deepEqual(ecs.messages(), ["job.sh ", "job.sh "]);
    await until(() => readdirSync(join(folder.path, "data", "tasks")).join() === "package.json", "the end of the copies");
  });

  it("does not start from an older image whose files were changed, and says so", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path });
    const [image] = readdirSync(join(folder.path, "data", "images")).filter((name) => name !== "package.json");
    writeFileSync(join(folder.path, "data", "images", image!, "app", "job.sh"), "exit 9");
    const ended = await ecs.stopped(await ecs.run());
    assert.equal(ended.stopCode, "TaskFailedToStart");
    assert.match(ended.stoppedReason!, /^CannotPullContainerError: the files of image sha256:[0-9a-f]+ in .* were changed$/);
  });

  it("that cannot be copied, or whose process cannot be started, is TaskFailedToStart, and the next one runs", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, container: { environment: { LARGE: "x".repeat(4_000_000) } } });
    const tooLarge = await ecs.stopped(await ecs.run());
    assert.deepEqual([tooLarge.stopCode, tooLarge.stoppedReason], ["TaskFailedToStart", "CannotStartContainerError: spawn E2BIG"]);
    assert.equal((await ecs.stopped(await ecs.run(withEnvironment({ LARGE: "" })))).containers[0]!.exitCode, 0);
    rmSync(join(folder.path, "data", "images"), { recursive: true });
    const gone = await ecs.stopped(await ecs.run(withEnvironment({ LARGE: "" })));
    assert.equal(gone.stopCode, "TaskFailedToStart");
  });

  it("takes with it what has left its process group", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: leavesGroup("exit 0") });
    await ecs.stopped(await ecs.run());
    assert.equal(isAlive(Number(await ecs.printed("child "))), false);
  });

  it("takes that with it when the stack stops, too", async () => {
    using folder = temporaryFolder();
    const ecs = new EcsHarness({ folder: folder.path, script: leavesGroup("exec sleep 600") });
    await ecs.run();
    const child = Number(await ecs.printed("child "));
    await ecs[Symbol.asyncDispose]();
    assert.equal(isAlive(child), false);
    assert.ok(!existsSync(join(folder.path, "data", "tasks", "job")));
  });

  it("takes that with it when the stack was killed, and starts again", async () => {
    using folder = temporaryFolder();
    await using killed = new EcsHarness({ folder: folder.path, script: leavesGroup("exec sleep 600") });
    const task = await killed.run();
    await killed.reached(task, "RUNNING");
    const child = Number(await killed.printed("child "));
    await using after = new EcsHarness({ folder: folder.path, file: killed.snapshot() });
    assert.equal(isAlive(child), true);
    after.tasks.start();
    await until(() => !isAlive(child), "the end of what the task has left");
  });
});
