import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../local/errors.ts";
import { developerCredentials } from "../../../local/iam/developer-credentials.ts";

describe("The developer's access key", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "developer-credentials-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is made once and is the same after every start", () => {
    const data = join(folder, "dev");
    const made = developerCredentials(data);
    assert.match(made.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
    assert.equal(made.secretAccessKey.length, 40);
    assert.deepEqual(developerCredentials(data), made);
  });

  it("differs from folder to folder", () => {
    assert.notEqual(developerCredentials(join(folder, "a")).secretAccessKey, developerCredentials(join(folder, "b")).secretAccessKey);
  });

  it("is readable by its owner only, even after somebody opened it up", () => {
    const file = join(folder, "developer-credentials.json");
    const made = developerCredentials(folder);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    rmSync(file);
    writeFileSync(file, JSON.stringify(made), { mode: 0o644 });
    developerCredentials(folder);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("leaves nothing else behind in the folder", () => {
    developerCredentials(folder);
    assert.deepEqual(readdirSync(folder), ["developer-credentials.json"]);
  });

  it("is not overwritten when the file holds something else", () => {
    const file = join(folder, "developer-credentials.json");
    for (const content of ["", "{}", '{"accessKeyId":"me","secretAccessKey":"x"}']) {
      writeFileSync(file, content);
      assert.throws(() => developerCredentials(folder), (error) => error instanceof UserError && error.message.includes(file));
      assert.equal(statSync(file).size, content.length);
    }
  });

  it("is not read from a folder of that name, and says so", () => {
    const file = join(folder, "developer-credentials.json");
    mkdirSync(file);
    assert.throws(() => developerCredentials(folder), (error) => error instanceof UserError && error.message.includes(file));
  });
});
