import assert from "node:assert/strict";
import { lackedCapacity, outcomeOf, outcomeOfOverdue, outcomeOfSilent, type StoppedTask } from "../../../functions/shared/stopped-task.ts";

const outcome = (task: Omit<StoppedTask, "taskArn">) => outcomeOf({ taskArn: "arn", ...task });

describe("the outcome of a stopped task", () => {
  it("is success only with exit code 0", () => {
    assert.equal(outcome({ exitCode: 0, stopCode: "EssentialContainerExited" }).kind, "succeeded");
  });

  it("is success for a job that finished while the platform took its task away", () => {
    assert.equal(outcome({ exitCode: 0, stopCode: "SpotInterruption" }).kind, "succeeded");
  });

  it("is failure by itself for any other exit code", () => {
    assert.deepEqual(outcome({ exitCode: 3, stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited" }), {
      kind: "failed",
      exitCode: 3,
      stopReason: "Essential container in task exited (EssentialContainerExited)",
      message: "The job failed: exit code 3, stop reason: Essential container in task exited (EssentialContainerExited)",
    });
  });

  it("names what the container says, such as that memory ran out", () => {
    const failed = outcome({ exitCode: 137, stopCode: "EssentialContainerExited", stoppedReason: "exited", containerReason: "OutOfMemoryError" });
    assert.ok(failed.kind === "failed" && failed.message.includes("OutOfMemoryError"));
  });

  for (const stopCode of ["SpotInterruption", "TerminationNotice", "InfrastructureHealth", "TaskFailedToStart"]) {
    it(`is lost to the platform after ${stopCode}, with the exit code of SIGTERM or with none`, () => {
      assert.equal(outcome({ stopCode, exitCode: 143 }).kind, "lost");
      assert.equal(outcome({ stopCode }).kind, "lost");
    });
  }

  it("is lost when nobody knows how the container ended", () => {
    assert.equal(outcome({ stopCode: "EssentialContainerExited" }).kind, "lost");
    assert.equal(outcome({}).kind, "lost");
  });

  it("is failure when a person stopped the task, started or not", () => {
    assert.equal(outcome({ stopCode: "UserInitiated", exitCode: 143 }).kind, "failed");
    assert.equal(outcome({ stopCode: "UserInitiated" }).kind, "failed");
  });
});

describe("the outcome of a stopped task whose job was stopped early or late", () => {
  const stoppedByUs = { taskArn: "arn", stopCode: "UserInitiated", startedAt: "2026-01-01T00:00:00Z" };

  it("is a time-out with the exit code of the time limit", () => {
    assert.equal(outcome({ exitCode: 124, stopCode: "EssentialContainerExited" }).kind, "timedOut");
  });

  it("is lost with the exit code of a job that was never heard, unless a person stopped the task", () => {
    assert.equal(outcome({ exitCode: 75, stopCode: "EssentialContainerExited" }).kind, "lost");
    assert.equal(outcome({ exitCode: 75, stopCode: "UserInitiated" }).kind, "failed");
  });

  for (const exitCode of [75, 137, undefined]) {
    it(`is lost with ${exitCode ?? "no"} exit code when the workflow stopped it for want of a heartbeat, and a time-out past its limit`, () => {
      assert.equal(outcomeOfSilent({ ...stoppedByUs, exitCode }).kind, "lost");
      assert.equal(outcomeOfOverdue({ ...stoppedByUs, exitCode }).kind, "timedOut");
    });
  }

  it("is a time-out when the job answered to SIGTERM, with whatever exit code", () => {
    for (const exitCode of [0, 1, 143]) assert.equal(outcomeOfSilent({ ...stoppedByUs, exitCode }).kind, "timedOut");
  });
});

describe("a task that failed to start", () => {
  const failed = { taskArn: "arn", stopCode: "TaskFailedToStart", stoppedReason: "Capacity is unavailable at this time." };

  it("lacked capacity if ECS says so and it never ran", () => {
    assert.equal(lackedCapacity(failed), true);
    assert.equal(lackedCapacity({ ...failed, startedAt: "2026-01-01T00:00:00Z" }), false);
    assert.equal(lackedCapacity({ ...failed, stopCode: "SpotInterruption" }), false);
    assert.equal(lackedCapacity({ ...failed, stoppedReason: "CannotPullContainerError: not found" }), false);
  });
});
