import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClock } from "../../../local/clock.ts";
import { LogStore } from "../../../local/logs/log-store.ts";

const group = (name: string, retentionInDays = 7) => ({ name, arn: `arn:aws:logs:eu-central-1:000000000000:log-group:${name}`, retentionInDays });

describe("The log store", () => {
  const open: LogStore[] = [];
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "logs-"));
  });
  afterEach(() => {
    for (const store of open.splice(0)) store.close();
  });
  after(() => rmSync(folder, { recursive: true }));

  function openStore(options: { file?: string; maximumGroupBytes?: number; now?: () => number } = {}): LogStore {
    const clock = { ...createClock(), now: options.now ?? (() => 1_000) };
    const store = new LogStore({ file: options.file ?? ":memory:", clock, maximumGroupBytes: options.maximumGroupBytes });
    open.push(store);
    store.apply({ logGroups: [group("/a"), group("/b", 1)] });
    return store;
  }
  const messages = (store: LogStore, groupName: string) => {
    store.flush();
    return store.reader.events({ groupName, limit: 10_000 }).map(({ message }) => message);
  };

  it("interleaves the streams of a group by time", () => {
    const store = openStore();
    store.append("/a", "one", [{ timestamp: 1, message: "first" }, { timestamp: 3, message: "third" }]);
    store.append("/a", "two", [{ timestamp: 2, message: "second" }, { timestamp: 3, message: "fourth" }]);
    store.append("/b", "one", [{ timestamp: 1, message: "elsewhere" }]);
    assert.deepEqual(messages(store, "/a"), ["first", "second", "third", "fourth"]);
  });

  it("writes by itself soon after a line came", async () => {
    const store = openStore();
    store.append("/a", "one", [{ timestamp: 1, message: "hello" }]);
    const deadline = Date.now() + 15_000;
    while (store.reader.events({ groupName: "/a", limit: 1 }).length === 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal(store.reader.events({ groupName: "/a", limit: 1 })[0]?.message, "hello");
  });

  it("takes no line for a group that nobody declared", () => {
    const store = openStore();
    store.append("/unknown", "one", [{ timestamp: 1, message: "lost" }]);
    assert.deepEqual(messages(store, "/unknown"), []);
  });

  it("keeps the lines over a restart, and drops a group with its lines when it is no longer declared", () => {
    const file = join(folder, "restart.sqlite");
    const first = openStore({ file });
    first.append("/a", "one", [{ timestamp: 5, message: "kept" }]);
    first.append("/b", "one", [{ timestamp: 5, message: "gone" }]);
    open.splice(0).forEach((store) => store.close());

    const second = openStore({ file });
    assert.deepEqual(messages(second, "/a"), ["kept"]);
    second.apply({ logGroups: [group("/a")] });
    assert.deepEqual(second.reader.groups().map(({ name }) => name), ["/a"]);
    second.apply({ logGroups: [group("/a"), group("/b")] });
    assert.deepEqual(messages(second, "/b"), []);
  });

  it("drops the oldest lines of a group that has grown too large, and only of that group", () => {
    const store = openStore({ maximumGroupBytes: 10_000 });
    store.append("/b", "one", [{ timestamp: 5, message: "small" }]);
    for (let index = 0; index < 100; index += 1) {
      store.append("/a", "one", [{ timestamp: index, message: String(index).padEnd(500, ".") }]);
      store.flush();
    }
    const kept = messages(store, "/a");
    assert.ok(kept.length <= 20, `${kept.length} lines of 500 bytes kept`);
    assert.ok(kept.length >= 15, `only ${kept.length} lines kept`);
    assert.match(kept.at(-1)!, /^99\./);
    assert.deepEqual(messages(store, "/b"), ["small"]);
  });

  it("contains a program that prints without end: it says how many lines it dropped", () => {
    const store = openStore();
    const flood = Array.from({ length: 100_000 }, (_, index) => ({ timestamp: 5, message: String(index) }));
    store.append("/a", "one", flood);
    const kept = messages(store, "/a");
    assert.equal(kept.length, 2_001);
    assert.match(kept.at(-1)!, /^98000 lines dropped/);
  });

  it("cuts a message at 256 KB", () => {
    const store = openStore();
    store.append("/a", "one", [{ timestamp: 1, message: "x".repeat(300_000) }]);
    assert.equal(messages(store, "/a")[0]!.length, 256 * 1024);
  });

  it("forgets lines and streams older than the group's retention", () => {
    let now = Date.UTC(2026, 0, 10);
    const store = openStore({ now: () => now });
    store.append("/b", "old", [{ timestamp: now, message: "old" }]);
    store.flush();
    now += 25 * 3_600_000;
    store.append("/b", "new", [{ timestamp: now, message: "new" }]);
    assert.deepEqual(messages(store, "/b"), ["new"]);
    assert.deepEqual(store.reader.streams("/b").map(({ name }) => name), ["new"]);
  });

  it("keeps the lines of a group without a retention", () => {
    let now = Date.UTC(2026, 0, 10);
    const store = openStore({ now: () => now });
    store.apply({ logGroups: [group("/a", 0)] });
    for (const message of ["old", "new"]) {
      store.append("/a", message, [{ timestamp: now, message }]);
      store.flush();
      now += 400 * 24 * 3_600_000;
    }
    assert.deepEqual(messages(store, "/a"), ["old", "new"]);
  });

  it("shows lines live to whoever follows", () => {
    const store = openStore();
    const seen: string[] = [];
    const stop = store.follow((groupName, streamName, lines) => seen.push(`${groupName} ${streamName} ${lines[0]!.message}`));
    store.append("/a", "one", [{ timestamp: 1, message: "live" }]);
    stop();
    store.append("/a", "one", [{ timestamp: 1, message: "unseen" }]);
    assert.deepEqual(seen, ["/a one live"]);
  });
});
