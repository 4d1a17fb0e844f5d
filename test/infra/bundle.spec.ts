import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { bundle, type Build } from "../../infra/bundle.ts";
import { FUNCTION_NAMES } from "../../infra/workflows.ts";
import { PROJECT_FOLDER } from "./mocks.ts";

const ZIP_LIMIT_BYTES = 250_000;
/** Headers and directory of a zip with one short name in it. */
const ZIP_OVERHEAD_BYTES = 256;

/** A second checkout: its own sources, the same installed packages. */
async function checkout(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const part of ["functions", "operator", "container", "package.json", "tsconfig.json"]) await cp(join(PROJECT_FOLDER, part), join(folder, part), { recursive: true });
  await symlink(join(PROJECT_FOLDER, "node_modules"), join(folder, "node_modules"));
  return folder;
}

const CONTEXT = ["Dockerfile", "job.mjs", "work.mjs"];
const files = ({ functions, imageContexts }: Build) => [...Object.values(functions), ...CONTEXT.map((file) => join(imageContexts.sample, file))];
const digests = (folder: string, build: Build) => Promise.all(files(build).map(async (file) => `${file} ${createHash("sha256").update(await readFile(join(folder, file))).digest("hex")}`));

describe("The bundles", () => {
  let scratch: string;
  let first: string;
  let build: Build;
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "bundles-"));
    first = await checkout(join(scratch, "first"));
    build = await bundle(first);
  });
  after(() => rm(scratch, { recursive: true }));

  it("are the same bytes from any checkout folder", async () => {
    const second = await checkout(join(scratch, "second checkout", "deeper", "and longer"));
    const fromSecond = await digests(second, await bundle(second));
    const fromHere = await digests(PROJECT_FOLDER, await bundle(PROJECT_FOLDER));
    assert.deepEqual(fromSecond, await digests(first, build));
    assert.deepEqual(fromHere, fromSecond);
  });

  for (const name of FUNCTION_NAMES) {
    it(`zip to at most 250 KB: ${name}`, async () => {
      const code = await readFile(join(first, build.functions[name]));
      const zipped = deflateRawSync(code).length + ZIP_OVERHEAD_BYTES;
      assert.ok(zipped <= ZIP_LIMIT_BYTES, `${zipped} bytes`);
    });
  }

  it("stand one to a folder, and name no folder of this machine", async () => {
    for (const file of Object.values(build.functions)) {
      assert.deepEqual(await readdir(join(first, file, "..")), ["index.mjs"]);
      assert.equal((await readFile(join(first, file), "utf8")).includes(scratch), false, file);
    }
    assert.deepEqual((await readdir(join(first, build.imageContexts.sample))).sort(), CONTEXT);
  });

  it("have a source map each, which is in no folder that is archived and leads to the sources", async () => {
    const folder = join(first, ".build/source-maps");
    const bundles = [...Object.values(build.functions), join(build.imageContexts.sample, "job.mjs"), join(build.imageContexts.sample, "work.mjs")];
    const names = await Promise.all(bundles.map(async (file) => `${createHash("sha256").update(await readFile(join(first, file))).digest("hex")}.map`));
    assert.deepEqual((await readdir(folder)).sort(), [...new Set(names)].sort());
    const { sources } = JSON.parse(await readFile(join(folder, names[Object.keys(build.functions).indexOf("math")]!), "utf8")) as { sources: string[] };
    assert.ok(sources.includes("../../../functions/math/handler.ts"));
  });

  it("are written again only when their bytes have changed", async () => {
    const [unchanged, changed] = [join(first, build.functions.math), join(first, build.functions.report)];
    const longAgo = new Date("2020-01-01T00:00:00Z");
    await rm(changed);
    await utimes(unchanged, longAgo, longAgo);
    await bundle(first);
    assert.deepEqual((await stat(unchanged)).mtime, longAgo);
    assert.ok((await stat(changed)).size > 0);
  });

  it("are made again only for what a changed file is part of, and say what that is", async () => {
    const untouched = join(first, build.functions.report);
    await rm(untouched);
    const changed = join(first, "functions/math/handler.ts");
    await appendFile(changed, "\nexport const changed = 1;\n");
    const before = await readFile(join(first, build.functions.math));
    await bundle(first, [changed]);
    assert.notDeepEqual(await readFile(join(first, build.functions.math)), before);
    await assert.rejects(stat(untouched), { code: "ENOENT" });
    const { command, outputs } = JSON.parse(await readFile(join(first, ".build/inputs.json"), "utf8")) as { command: string[]; outputs: Record<string, string[]> };
    assert.deepEqual(command, ["infra/bundle-main.ts"]);
    assert.ok(outputs[build.functions.report]?.includes("functions/shared/durable-handler.ts"), "what was not bundled keeps its record");
    assert.ok(outputs[build.imageContexts.sample]?.includes("container/sample"));
    // The supervisor's and the work's, too; not that of the bundle that is gone, nor that of the one that was replaced.
    assert.equal((await readdir(join(first, ".build/source-maps"))).length, Object.keys(build.functions).length - 1 + 2);
    await bundle(first, [join(first, "functions/shared/durable-handler.ts")]);
    assert.ok((await stat(untouched)).size > 0);
  });
});
