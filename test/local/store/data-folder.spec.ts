import * as assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { emptyDataFolder, explainFileError, takeDataFolder } from "../../../local/store/data-folder.ts";
import { Store } from "../../../local/store/store.ts";

const SCHEMA = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT";

describe("A data folder", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "data-"));
    file = join(folder, "stack.sqlite");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** What a stack does with the folder. */
  function open(): void {
    const { store, release } = takeDataFolder(folder);
    try {
      Store.open({ file: store, schemas: [SCHEMA] }).close();
    } finally {
      release();
    }
  }

  function filled(): void {
    const store = Store.open({ file, schemas: [SCHEMA] });
    for (let line = 0; line < 200; line++) store.run("INSERT INTO notes (text) VALUES (?)", "x".repeat(500));
    store.close();
  }

  /** The attempt must fail with one message for the person at the keyboard, and leave the file's bytes as they are. */
  function refused(message: RegExp): void {
    const before = readFileSync(file);
    assert.throws(open, { name: "UserError", message });
    assert.ok(readFileSync(file).equals(before), "the file was changed");
  }

  it("is made when missing, and opened again", () => {
    folder = join(folder, "deep", "er");
    file = join(folder, "stack.sqlite");
    open();
    assert.deepEqual(readdirSync(folder).sort(), ["lock.sqlite", "stack.sqlite"]);
    open();
  });

  it("can be entered by its owner only, an older one too", () => {
    chmodSync(folder, 0o755);
    open();
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  it("names the file that could not be written, and why", () => {
    const failure = (code: string, path: string) => explainFileError(Object.assign(new Error(`${code}: raw`), { code, path }), folder);
    for (const [code, reason] of [["ENOSPC", "the disk is full"], ["EROFS", "the disk is read-only"], ["EISDIR", "it is a folder"]] as const) {
      const error = failure(code, join(folder, "images", "x")) as Error;
      assert.equal(error.name, "UserError");
      assert.ok(error.message.startsWith(`${join(folder, "images", "x")} cannot be written: ${reason}`), error.message);
    }
    const write = explainFileError(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }), folder) as Error;
    assert.equal(write.message, `${folder} cannot be written: the disk is full. Put that right and start again, or name another data folder with --data.`);
    assert.equal((failure("ENOSPC", "/elsewhere") as Error).message, "ENOSPC: raw");
  });

  it("with other files is left alone", () => {
    writeFileSync(join(folder, "thesis.txt"), "years of work");
    assert.throws(open, { name: "UserError", message: /holds other files/ });
    assert.deepEqual(readdirSync(folder), ["thesis.txt"]);
  });

  it("with a store that is not SQLite's is left alone, without so much as a lock", () => {
    writeFileSync(file, "not a database at all, ".repeat(50));
    refused(/stack\.sqlite is damaged, so it was left as it is/);
    assert.deepEqual(readdirSync(folder), ["stack.sqlite"]);
  });

  it("with another program's database is left alone", () => {
    const other = new DatabaseSync(file);
    other.exec("CREATE TABLE precious (value TEXT); INSERT INTO precious VALUES ('1')");
    other.close();
    refused(/is not a store of this local stack/);
    assert.deepEqual(readdirSync(folder), ["stack.sqlite"]);
  });

  it("with a store of another format is left alone", () => {
    filled();
    const newer = new DatabaseSync(file);
    newer.exec("PRAGMA user_version = 4711");
    newer.close();
    refused(/written by another version of the local stack/);
  });

  it("with a store that is cut off, or damaged in its middle, is left alone", () => {
    filled();
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, 10_000));
    refused(/is damaged/);
    writeFileSync(file, whole.fill(0xa5, 8192, 16_384));
    refused(/is damaged/);
  });

  it("that is a file, or below one, says so", () => {
    writeFileSync(file, "");
    assert.throws(() => takeDataFolder(file), { name: "UserError", message: /cannot be used: it is a file/ });
    assert.throws(() => takeDataFolder(join(file, "below")), { name: "UserError", message: /cannot be used: it is a file/ });
  });

  it("has a damaged lock named", () => {
    writeFileSync(join(folder, "lock.sqlite"), "nonsense ".repeat(500));
    assert.throws(open, { name: "UserError", message: /lock\.sqlite is damaged\. There is no data in it: make sure that no local stack runs on its folder, and delete it\.$/ });
  });

  it("has a folder in place of its store or its lock named", () => {
    for (const name of ["stack.sqlite", "lock.sqlite"]) {
      mkdirSync(join(folder, name));
      assert.throws(open, { name: "UserError", message: new RegExp(`${name} cannot be (read|opened): it is a folder`) });
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
    }
  });

  it("is emptied when it is a local stack's, damaged or of another version too", async () => {
    for (const damage of [(bytes: Buffer) => bytes, (bytes: Buffer) => bytes.fill(1), (bytes: Buffer) => bytes.fill(9, 60, 64)]) {
      open();
      writeFileSync(file, damage(readFileSync(file)));
      await emptyDataFolder(folder);
      assert.equal(existsSync(folder), false);
    }
    await emptyDataFolder(folder);
    takeDataFolder(folder).release();
  });

  it("is not emptied when it holds something else, or a stack is running on it", async () => {
    const { release } = takeDataFolder(folder);
    await assert.rejects(emptyDataFolder(folder), { name: "UserError", message: /Another local stack is running/ });
    release();
    rmSync(join(folder, "lock.sqlite"));
    const other = new DatabaseSync(file);
    other.exec("CREATE TABLE precious (value TEXT)");
    other.close();
    await assert.rejects(emptyDataFolder(folder), { name: "UserError", message: /nothing in it was deleted/ });
    assert.ok(existsSync(file));
  });
});
