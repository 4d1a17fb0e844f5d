import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Image, materialiseImage } from "../../../local/ecs/images.ts";
import { temporaryFolder, writeFiles } from "./fixtures.ts";

describe("an image", () => {
  function build(folder: string, dockerfile: string): Image {
    const contextFolder = join(folder, "context");
    writeFiles(contextFolder, { Dockerfile: `FROM scratch\nWORKDIR /app\n${dockerfile}` });
    return materialiseImage({ imageUri: "image", contextFolder, dockerfile: join(contextFolder, "Dockerfile") }, join(folder, "images"));
  }

  function files({ rootFolder }: Image): string[] {
    return readdirSync(rootFolder, { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(rootFolder, path)).isFile())
      .sort();
  }

  it("has the files that Docker would copy", () => {
    using folder = temporaryFolder();
    writeFiles(join(folder.path, "context"), { "a.mjs": "a", "b.mjs": "b", "dist/index.mjs": "i", "dist/lib/x.mjs": "x", "c.txt": "c" });
    const copied = (dockerfile: string) => files(build(folder.path, dockerfile));
    assert.deepEqual(copied("COPY a.mjs ."), ["app/a.mjs"]);
    assert.deepEqual(copied("COPY a.mjs other.mjs"), ["app/other.mjs"]);
    assert.deepEqual(copied("COPY dist ./out"), ["app/out/index.mjs", "app/out/lib/x.mjs"]);
    assert.deepEqual(copied("COPY dist/ /"), ["index.mjs", "lib/x.mjs"]);
    assert.deepEqual(copied("COPY *.mjs /opt/"), ["opt/a.mjs", "opt/b.mjs"]);
    assert.deepEqual(copied("COPY ?.mjs c.txt ./"), ["app/a.mjs", "app/b.mjs", "app/c.txt"]);
    assert.deepEqual(copied("COPY dist /app\nCOPY a.mjs /app"), ["app/a.mjs", "app/index.mjs", "app/lib/x.mjs"]);
  });

  it("leaves out what .dockerignore names", () => {
    using folder = temporaryFolder();
    writeFiles(join(folder.path, "context"), { ".dockerignore": "*\n!dist\ndist/**/*.map\n", "a.mjs": "a", "dist/b.mjs": "b", "dist/maps/b.map": "m" });
    const image = build(folder.path, "COPY . .");
    assert.deepEqual(files(image), ["app/dist/b.mjs"]);
    assert.throws(() => build(folder.path, "COPY a.mjs ."), /context\/Dockerfile:3: COPY finds nothing in the build context: a\.mjs$/);
  });

  it("never takes a file from outside its build context", () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "secret.txt": "secret" });
    assert.throws(() => build(folder.path, "COPY ../secret.txt ."), /context\/Dockerfile:3: COPY finds nothing in the build context: \.\.\/secret\.txt$/);
  });

  it("is unpacked to the same place for the same content, whatever has become of it, and beside the old one for another", () => {
    using folder = temporaryFolder();
    writeFiles(join(folder.path, "context"), { "a.mjs": "1" });
    const first = build(folder.path, "COPY --chmod=755 a.mjs .");
    assert.equal(statSync(join(first.rootFolder, "app/a.mjs")).mode & 0o777, 0o755);
    writeFiles(first.rootFolder, { "app/a.mjs": "changed", "app/more.mjs": "added" });
    assert.deepEqual(build(folder.path, "COPY --chmod=755 a.mjs ."), first);
    assert.deepEqual(files(first), ["app/a.mjs"]);
    assert.equal(readFileSync(join(first.rootFolder, "app/a.mjs"), "utf8"), "1");

    writeFiles(join(folder.path, "context"), { "a.mjs": "2" });
    const second = build(folder.path, "COPY --chmod=755 a.mjs .");
    assert.notEqual(second.digest, first.digest);
    assert.equal(readFileSync(join(first.rootFolder, "app/a.mjs"), "utf8"), "1");
    assert.notEqual(build(folder.path, "COPY --chmod=755 a.mjs .\nENV A=1").digest, second.digest);
    assert.deepEqual(readdirSync(join(folder.path, "images")).filter((name) => name.startsWith("draft-")), []);
  });
});
