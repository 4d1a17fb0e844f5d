import * as assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { lockFolder } from "../../../local/store/folder-lock.ts";
import { Store } from "../../../local/store/store.ts";
import { leftBehind } from "./left-behind.ts";

const SCHEMA = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT";

describe("The store", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "store-"));
    file = join(folder, "stack.sqlite");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function open(onFatal?: (error: Error) => void): Store {
    return Store.open({ file, schemas: [SCHEMA], onFatal });
  }

  function onDisk(): string[] {
    const other = new DatabaseSync(leftBehind(file));
    const rows = other.prepare("SELECT text FROM notes ORDER BY id").all() as { text: string }[];
    other.close();
    return rows.map(({ text }) => text);
  }

  function add(store: Store, text: string): void {
    store.run("INSERT INTO notes (text) VALUES (?)", text);
  }

  it("shows a write at once to its own reads, and to a restart only when committed() resolves", async () => {
    const store = open();
    add(store, "one");
    assert.deepEqual(store.prepare("SELECT text FROM notes").all().length, 1);
    assert.deepEqual(onDisk(), []);
    await store.committed();
    assert.deepEqual(onDisk(), ["one"]);
    store.close();
  });

  it("commits all writes of one turn together", async () => {
    const store = open();
    add(store, "one");
    const committed = store.committed();
    add(store, "two");
    await committed;
    assert.deepEqual(onDisk(), ["one", "two"]);
    store.close();
  });

  it("lets turns that follow each other at once share a commit, and does not wait for more when one writes nothing", async function () {
    // On a machine that stalls between the two turns, they do not follow each other at once.
    this.retries(10);
    const store = open();
    add(store, "one");
    const committed = store.committed();
    setImmediate(() => {
      add(store, "two");
      assert.equal(store.committed(), committed);
    });
    await committed;
    assert.deepEqual(onDisk(), ["one", "two"]);
    store.close();
  });

  it("commits in the end however long others go on writing", async () => {
    const store = open();
    let writing = true;
    const write = () => {
      if (!writing) return;
      add(store, "more");
      setImmediate(write);
    };
    write();
    await store.committed();
    writing = false;
    assert.notEqual(onDisk().length, 0);
    store.close();
  });

  it("undoes a write that throws, and keeps the rest of the turn", async () => {
    const store = open();
    add(store, "kept");
    assert.throws(
      () =>
        store.write(() => {
          add(store, "undone");
          throw new Error("no");
        }),
      /no/,
    );
    await store.committed();
    assert.deepEqual(onDisk(), ["kept"]);
    store.close();
  });

  it("runs effects only after what was written before them is on disk", async () => {
    const store = open();
    add(store, "one");
    const seen = await new Promise<string[]>((resolve) => store.afterCommit(() => resolve(onDisk())));
    assert.deepEqual(seen, ["one"]);
    store.close();
  });

  it("runs the other effects when one throws", async () => {
    const store = open();
    add(store, "one");
    store.afterCommit(() => {
      throw new Error("an effect that a test lets fail");
    });
    await new Promise<void>((resolve) => store.afterCommit(resolve));
    await store.committed();
    store.close();
  });

  it("runs an effect at once when nothing is being written", () => {
    const store = open();
    let ran = false;
    store.afterCommit(() => (ran = true));
    assert.equal(ran, true);
    store.close();
  });

  it("rejects whoever waits, and every later write, once a commit has failed", async () => {
    const failures: string[] = [];
    const store = open((error) => failures.push(error.message));
    // A deferred foreign key is checked at the commit: the nearest thing to a full disk that a test can make.
    store.write(() => {
      store.run("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
      store.run("CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)");
      store.run("INSERT INTO children VALUES (1)");
    });
    await assert.rejects(store.committed(), /store cannot be written/);
    assert.equal(failures.length, 1);
    assert.throws(() => add(store, "late"), /store cannot be written/);
    await assert.rejects(store.committed(), /store cannot be written/);
  });

  it("ends in order on a full disk: what was answered is kept, nothing of the turn that did not fit has happened", async () => {
    const failures: Error[] = [];
    const effects: string[] = [];
    const store = Store.open({ file, schemas: [SCHEMA], onFatal: (error) => failures.push(error), maximumPages: 8 });
    add(store, "kept");
    await store.committed();
    add(store, "small");
    store.afterCommit(() => effects.push("seen"));
    const committed = store.committed();
    assert.throws(() => store.write(() => add(store, "x".repeat(100_000))), /the disk is full/);
    await assert.rejects(committed, /store cannot be written/);
    assert.throws(() => add(store, "late"), /store cannot be written/);
    store.close();
    assert.deepEqual(onDisk(), ["kept"]);
    assert.deepEqual(effects, []);
    assert.deepEqual(failures.map(({ name }) => name), ["UserError"]);
  });

  it("is for one process at a time, and says who to look for when it is open elsewhere", async () => {
    const store = open();
    add(store, "one");
    await store.committed();
    const other = new DatabaseSync(file, { readOnly: true });
    const look = () => other.prepare("SELECT count(*) AS count FROM notes").get()?.["count"];
    assert.throws(look, /database is locked/);
    store.close();
    assert.equal(look(), 1);
    assert.throws(open, { name: "UserError", message: /stack\.sqlite cannot be opened: another program, a database browser perhaps, has it open/ });
    other.close();
    open().close();
  });

  it("commits what is open when it is closed", () => {
    const store = open();
    add(store, "one");
    store.close();
    assert.deepEqual(onDisk(), ["one"]);
  });

  it("has one stack at a time on a data folder, and frees it on release", () => {
    const lock = lockFolder(folder);
    assert.throws(() => lockFolder(folder), { name: "UserError", message: /Another local stack is running/ });
    lock.release();
    lockFolder(folder).release();
  });
});
