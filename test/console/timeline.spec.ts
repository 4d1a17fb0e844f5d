import * as assert from "node:assert/strict";
import { taskOperation, taskOutcome, timeline } from "../../local/console/timeline.ts";
import type { RecordedEvent } from "../../local/durable/machine/event.ts";
import type { ExecutionView } from "../../operator/page/execution-api.ts";
import { rowsOf } from "../../console/parts/rows.ts";
import { inTreeOrder, scaleOf } from "../../console/parts/scale.ts";
import { newTask, type Task } from "../../local/ecs/task.ts";

const step = { id: "s", name: "pay", subType: "Step" };

describe("The timeline of the console", () => {
  it("shows each attempt of a step, why it failed and when the next one is due", () => {
    const events: RecordedEvent[] = [
      { type: "StepStarted", ...step, at: 10 },
      { type: "StepFailed", ...step, at: 20, attempt: 1, error: { ErrorType: "Busy", ErrorMessage: "later" }, retry: { delaySeconds: 5, due: 5_020 } },
    ];
    const [waiting] = timeline(events);
    assert.equal(waiting?.status, "PENDING");
    assert.equal(waiting.dueAt, 5_020);
    const [done] = timeline([
      ...events,
      { type: "StepReady", ...step, at: 5_020 },
      { type: "StepStarted", ...step, at: 5_030 },
      { type: "StepSucceeded", ...step, at: 5_040, attempt: 2, result: "1" },
    ]);
    assert.equal(done?.status, "SUCCEEDED");
    assert.equal(done.endedAt, 5_040);
    assert.equal(done.dueAt, undefined);
    assert.deepEqual(
      done.attempts.map(({ number, outcome, error }) => [number, outcome, error?.message]),
      [
        [1, "failed", "later"],
        [2, "succeeded", undefined],
      ],
    );
  });

  it("keeps a callback open until it is answered, with the time-out that comes first", () => {
    const callback = { id: "c", name: "approval", at: 0 };
    const started: RecordedEvent = { type: "CallbackStarted", ...callback, callbackId: "id", timeoutAt: 9_000, heartbeatAt: 2_000 };
    assert.equal(timeline([started])[0]?.timeoutAt, 2_000);
    assert.equal(timeline([started, { type: "CallbackHeartbeat", ...callback, at: 1_000, heartbeatAt: 3_000 }])[0]?.timeoutAt, 3_000);
    const [answered] = timeline([started, { type: "CallbackSucceeded", ...callback, at: 1_500, result: "1" }]);
    assert.deepEqual([answered?.status, answered?.timeoutAt, answered?.endedAt], ["SUCCEEDED", undefined, 1_500]);
  });

  it("puts a task inside the step that started it", () => {
    const events: RecordedEvent[] = [
      { type: "StepStarted", ...step, at: 100 },
      { type: "StepSucceeded", ...step, at: 200, attempt: 1 },
    ];
    const operations = timeline(events);
    const definition = { arn: "d", family: "job", revision: 1, cpu: "256", memory: "512", taskRoleArn: "", executionRoleArn: "", containers: [], tags: {} };
    const task = newTask({ id: "t", arn: "task/t", clusterArn: "c", definition, overrides: {}, tags: [] }, 150);
    assert.equal(taskOperation(task, operations, events).parentId, "s", "it was running then");
    assert.equal(taskOperation({ ...task, createdAt: 300 }, operations, events).parentId, undefined);
    const answering: RecordedEvent[] = [
      { type: "StepSucceeded", id: "run", at: 90, attempt: 1, result: '"task/t"' },
      { type: "StepSucceeded", id: "poll", at: 500, attempt: 1, result: '{"taskArn":"task/t"}' },
    ];
    assert.equal(taskOperation(task, operations, [...events, ...answering]).parentId, "run", "it said so itself");
  });

  it("tells a task that did its work from one that failed, and from one that somebody stopped", () => {
    const definition = { arn: "d", family: "job", revision: 1, cpu: "256", memory: "512", taskRoleArn: "", executionRoleArn: "", containers: [], tags: {} };
    const task = newTask({ id: "t", arn: "task/t", clusterArn: "c", definition, overrides: {}, tags: [] }, 150);
    const stopped = (stopCode: Task["stopCode"], exitCode: number | undefined) =>
      taskOutcome({ ...task, lastStatus: "STOPPED", stopCode, containers: [{ name: "job", image: "i", lastStatus: "STOPPED", exitCode }] });
    assert.equal(taskOutcome(task), undefined, "it has not stopped");
    assert.equal(stopped("EssentialContainerExited", 0), "SUCCEEDED");
    assert.equal(stopped("EssentialContainerExited", 3), "FAILED");
    assert.equal(stopped("TaskFailedToStart", undefined), "FAILED");
    assert.equal(stopped("UserInitiated", 143), "STOPPED");
  });

  it("lists branches below what they belong to, and orphans at the top", () => {
    const operation = (id: string, parentId?: string) => ({ id, parentId, kind: "CONTEXT" as const, name: id, status: "STARTED", startedAt: 0, attempts: [], phases: [] });
    const rows = inTreeOrder([operation("a"), operation("b"), operation("a1", "a"), operation("x", "gone"), operation("a11", "a1")]);
    assert.deepEqual(
      rows.map(({ operation: { id }, depth }) => `${depth}${id}`),
      ["0a", "1a1", "2a11", "0b", "0x"],
    );
  });

  it("puts an execution that was started below what started it, once it has been read, and only while that is open", () => {
    const operation = (id: string, executionArn?: string) => ({ id, kind: "STEP" as const, name: id, status: "STARTED", startedAt: 0, attempts: [], phases: [], executionArn });
    const execution = (executionId: string, ...operations: ReturnType<typeof operation>[]) => ({ executionId, operations }) as unknown as ExecutionView; // What rows are made of.
    const child = execution("child", operation("1"), operation("2", "arn:grandchild"));
    const parent = execution("parent", operation("1", "arn:child"), operation("2"));
    const shown = (children: [string, ExecutionView][], ...open: string[]) =>
      rowsOf(parent, new Map(children), (arn) => open.includes(arn)).map(({ key, depth, open: isOpen }) => `${depth} ${key} ${isOpen ?? "-"}`);
    assert.deepEqual(shown([], "arn:child"), ["0 1 true", "0 2 -"], "not read yet");
    assert.deepEqual(shown([["arn:child", child]]), ["0 1 false", "0 2 -"]);
    assert.deepEqual(shown([["arn:child", child]], "arn:child"), ["0 1 true", "1 child/1 -", "1 child/2 false", "0 2 -"]);
  });

  it("shows a wait to scale only while that leaves room for what has been", () => {
    const wait = (dueAt: number) => [{ id: "w", kind: "WAIT" as const, name: "", status: "STARTED", startedAt: 0, attempts: [], phases: [], dueAt }];
    assert.equal(scaleOf({ startedAt: 0, operations: wait(12_000) }, 10_000).to, 12_000);
    assert.equal(scaleOf({ startedAt: 0, operations: wait(86_400_000) }, 10_000).to, 10_000);
  });
});
