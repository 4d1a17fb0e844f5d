import assert from "node:assert/strict";
import type { Operation, Task } from "../../../cli/shapes.ts";
import type { Terminal } from "../../../cli/terminal.ts";
import { clean, oneLine } from "../../../cli/text/clean.ts";
import { clockTime, duration, parseSince } from "../../../cli/text/duration.ts";
import { table } from "../../../cli/text/table.ts";
import { timeline } from "../../../cli/text/timeline.ts";

const NOW = Date.parse("2026-03-04T05:06:07Z");

function terminal(columns: number): Terminal {
  const nothing = () => undefined;
  return { out: nothing, err: nothing, progress: nothing, stdin: async () => "", columns, style: (_format, text) => text, interrupted: new AbortController().signal, exitCode: 0 };
}

describe("Text for a terminal", () => {
  it("cannot be used to move the cursor, to colour, or to set the window's title", () => {
    assert.equal(clean("a\u001B[31mred\u001B[0m\u001B]0;title\u0007\u0008\r\nb\tc"), "ared\nb\tc");
    assert.equal(oneLine("one\n  two\tthree"), "one two three");
    assert.equal(oneLine("too long", 5), "too …");
  });

  it("tells durations in two units at most", () => {
    assert.deepEqual([-5, 0, 420, 9_940, 59_600, 60_000, 185_000, 3_600_000, 90_061_000].map(duration), ["0.0 s", "0.0 s", "0.4 s", "9.9 s", "1 m", "1 m", "3 m 5 s", "1 h", "1 d 1 h"]);
  });

  it("tells times of today without the date", () => {
    assert.equal(clockTime("2026-03-04T01:02:03.456Z", NOW), "01:02:03Z");
    assert.equal(clockTime("2026-03-03T01:02:03.456Z", NOW), "2026-03-03 01:02:03Z");
  });

  it("understands ages and moments, and nothing else", () => {
    assert.deepEqual(["90s", "10m", "2h", "7d"].map((since) => NOW - parseSince(since, NOW)!.getTime()), [90_000, 600_000, 7_200_000, 604_800_000]);
    assert.equal(parseSince("2026-01-01T00:00:00Z", NOW)?.toISOString(), "2026-01-01T00:00:00.000Z");
    assert.deepEqual(["", "soon", "10", "-1h", "2026-13-45"].map((since) => parseSince(since, NOW)), [undefined, undefined, undefined, undefined, undefined]);
  });
});

describe("A table", () => {
  it("cuts the last column first, then the widest, down to the terminal's width", () => {
    const rows = [["RUNNING", "a".repeat(30), "b".repeat(50)]];
    assert.equal(table(terminal(200), ["S", "A", "B"], rows), `S        A${" ".repeat(31)}B\nRUNNING  ${"a".repeat(30)}  ${"b".repeat(50)}\n`);
    for (const columns of [40, 60, 80]) {
      const lines = table(terminal(columns), ["S", "A", "B"], rows).split("\n");
      assert.ok(lines.every((line) => line.length <= columns), lines.join("\n"));
      assert.ok(lines[1]?.startsWith("RUNNING  a"));
    }
  });
});

describe("A timeline", () => {
  const iso = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
  const operation = (name: string, rest: Partial<Operation>): Operation => ({
    id: name, parentId: null, name, type: "STEP", subType: null, status: "SUCCEEDED", startedAt: iso(0), endedAt: iso(10), due: null, attempts: [], callbackId: null,
    executionArn: null, result: null, error: null, ...rest,
  });
  const attempt = (number: number, from: number, to: number | null) => ({
    number, status: "FAILED" as const, startedAt: iso(from), endedAt: to === null ? null : iso(to), error: null, nextAttemptAt: null,
  });
  const running = { startedAt: iso(0), endedAt: null };

  it("has one axis: work and pauses lie where they happened", () => {
    const flaky = operation("flaky", { attempts: [attempt(1, 0, 2), attempt(2, 8, 10)] });
    const lines = timeline(terminal(120), { startedAt: iso(0), endedAt: iso(20), operations: [flaky, operation("last", { startedAt: iso(10), endedAt: iso(20) })], tasks: [] }, NOW).split("\n");
    assert.equal(lines[0], `  ✓ flaky  step  ${"█".repeat(4)}${"░".repeat(12)}${"█".repeat(4)}${" ".repeat(20)}  10 s  2 attempts`);
    assert.equal(lines[1], `  ✓ last   step  ${" ".repeat(20)}${"░".repeat(20)}  10 s`);
  });

  it("says what is left of a wait, and when a step is tried again", () => {
    const wait = operation("pause", { type: "WAIT", status: "STARTED", endedAt: null, due: iso(90) });
    const retry = operation("call", { status: "PENDING", endedAt: null, due: iso(34), attempts: [{ ...attempt(1, 0, 1), error: { type: "Throttled", message: "slow down" } }] });
    const text = timeline(terminal(120), { ...running, operations: [wait, retry], tasks: [] }, NOW + 30_000);
    assert.match(text, /● pause +wait .* 30 s {2}1 m left\n/);
    assert.match(text, /◌ call +step .* 30 s {2}again in 4\.0 s, Throttled: slow down\n/);
  });

  it("puts a task below the step that started it", () => {
    const task: Task = {
      arn: "arn:aws:ecs:r:0:task/c/abcdef0123456789", id: "abcdef0123456789", status: "STOPPED", executionId: "e", createdAt: iso(1), startedAt: iso(5), stoppedAt: iso(9), exitCode: 3,
      stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited",
    };
    const text = timeline(terminal(140), { ...running, operations: [operation("run", { result: { task: task.arn } }), operation("next", {})], tasks: [task] }, NOW + 10_000);
    assert.match(text, /✓ run [^\n]*\n {2}✗ {3}task abcdef012345 +task +░+█+ +8\.0 s {2}exit code 3, Essential.*\n {2}✓ next /);
  });

  it("leaves its bars out where there is no room, and never writes beyond the edge", () => {
    const operations = [operation("a-step-with-quite-a-long-name-indeed", { error: { type: "Error", message: "x".repeat(200) }, status: "FAILED" })];
    for (const columns of [50, 80, 100, 200]) {
      const lines = timeline(terminal(columns), { ...running, operations, tasks: [] }, NOW + 10_000).split("\n");
      assert.ok(lines.every((line) => line.length <= columns), lines.join("\n"));
      assert.equal(lines[0]?.includes("░"), columns >= 100, `${columns}`);
    }
  });
});
