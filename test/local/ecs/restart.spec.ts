import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEAF, EcsHarness, isAlive, temporaryFolder, until, withEnvironment } from "./fixtures.ts";

describe("ECS after a kill of the stack", () => {
  it("ends the processes that are left, and only those, and reports their tasks lost with the host", async () => {
    using folder = temporaryFolder();
    await using before = new EcsHarness({ folder: folder.path, script: DEAF });
    const task = await before.run();
    const leftover = Number(await before.printed("pid "));
    await before.reached(task, "RUNNING");
    const file = before.snapshot();
    const other = await before.run();
    await before.reached(other, "RUNNING");
    const foreign = spawn("sleep", ["60"], { env: { ...process.env, LOCAL_ECS_TASK_ARN: `${task.taskArn.slice(0, -1)}-` } });
    await once(foreign, "spawn");

    await using after = new EcsHarness({ folder: folder.path, file, script: DEAF });
    after.tasks.start();
    await after.store.committed();
    const ended = await after.describe(task);
    assert.deepEqual([ended.lastStatus, ended.stopCode, ended.stoppedReason], ["STOPPED", "TerminationNotice", "The host running the task was lost"]);
    assert.equal(ended.containers[0]!.exitCode, undefined);
    assert.deepEqual(after.statuses(task.taskArn), ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"]);
    await until(() => !isAlive(leftover), "the end of the leftover process");
    assert.equal(before.statuses(other.taskArn).at(-1), "RUNNING");
    assert.equal(foreign.exitCode ?? foreign.signalCode, null);
    foreign.kill("SIGKILL");
  });

  it("keeps a stop that was under way as what it was", async () => {
    using folder = temporaryFolder();
    await using before = new EcsHarness({ folder: folder.path, script: DEAF });
    const task = await before.run();
    await before.printed("pid ");
    await before.call("StopTask", { cluster: "jobs", task: task.taskArn, reason: "mine" });
    await using after = new EcsHarness({ folder: folder.path, file: before.snapshot(), script: DEAF });
    after.tasks.start();
    const ended = await after.describe(task);
    assert.deepEqual([ended.lastStatus, ended.stopCode, ended.stoppedReason], ["STOPPED", "UserInitiated", "mine"]);
  });

  it("starts a task that was accepted and not yet begun, once", async () => {
    using folder = temporaryFolder();
    const runs = join(folder.path, "runs");
    const input = { clientToken: "token-1", ...withEnvironment({ RUNS: runs }) };
    const script = 'echo x >> "$RUNS"';
    await using before = new EcsHarness({ folder: folder.path, script });
    // A stack that is going down accepts and begins nothing, as if it were killed between the two.
    await before.tasks.stop();
    const task = await before.run(input);

    await using after = new EcsHarness({ folder: folder.path, file: before.snapshot(), script });
    after.tasks.start();
    const repeated = await after.run(input);
    assert.equal(repeated.taskArn, task.taskArn);
    const ended = await after.stopped(task);
    assert.equal(ended.containers[0]!.exitCode, 0);
    assert.equal(readFileSync(runs, "utf8"), "x\n");

    await using later = new EcsHarness({ folder: folder.path, file: after.snapshot(), script });
    later.tasks.start();
    assert.equal((await later.run(input)).taskArn, task.taskArn);
    await later.store.committed();
    assert.equal(later.tasks.table.open().length, 0);
    assert.equal(readFileSync(runs, "utf8"), "x\n");
  });

  it("never starts a task again of which it is not known whether it ran", async () => {
    using folder = temporaryFolder();
    await using before = new EcsHarness({ folder: folder.path, script: "echo ran" });
    let file: string | undefined;
    before.events.push = (event) => {
      // The commit that records ACTIVATING is followed by the process, and a kill in between leaves exactly this.
      if (event.detail["lastStatus"] === "ACTIVATING") before.store.afterCommit(() => (file = before.snapshot()));
      return Array.prototype.push.call(before.events, event);
    };
    const task = await before.run();
    await before.stopped(task);

    await using after = new EcsHarness({ folder: folder.path, file: file!, script: "echo ran" });
    after.tasks.start();
    const ended = await after.describe(task);
    assert.deepEqual([ended.lastStatus, ended.stopCode, ended.startedAt], ["STOPPED", "TerminationNotice", undefined]);
    assert.deepEqual(after.messages(), []);
  });

  it("a stack that stops ends its tasks' processes and says so at the next start", async () => {
    using folder = temporaryFolder();
    const before = new EcsHarness({ folder: folder.path, script: DEAF });
    const task = await before.run();
    const pid = Number(await before.printed("pid "));
    await before[Symbol.asyncDispose]();
    assert.equal(isAlive(pid), false);
    await using after = new EcsHarness({ folder: folder.path, script: DEAF });
    after.tasks.start();
    assert.equal((await after.describe(task)).stopCode, "TerminationNotice");
  });
});
