import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { FUNCTION_NAMES, WORKFLOWS } from "../../../infra/workflows.ts";
import { loadDemo } from "../../../local/cli/demo-run.ts";
import { UserError } from "../../../local/errors.ts";

describe("The demo run", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "demo-"));
    mkdirSync(join(folder, "demo"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is the program's own: a list that demo/index.ts exports", async () => {
    writeFileSync(join(folder, "demo/index.ts"), 'export default [{ title: "one", run: async () => ({ status: "SUCCEEDED", summary: "" }) }];');
    assert.deepEqual((await loadDemo(folder))?.map(({ title }) => title), ["one"]);
  });

  it("is left out for a program without that file", async () => {
    assert.equal(await loadDemo(folder), undefined);
  });

  it("says what to do about a file that exports something else", async () => {
    writeFileSync(join(folder, "demo/index.ts"), "export const cases = [];");
    await assert.rejects(loadDemo(folder), (error: unknown) => error instanceof UserError && /demo\/index\.ts: the default export is not a list .*Export an array/.test(error.message));
  });

  it("has every example that a workflow offers to it", async () => {
    const titles = (await loadDemo(resolve(import.meta.dirname, "../../..")))?.map(({ title }) => title) ?? [];
    const offered = FUNCTION_NAMES.flatMap((name) => WORKFLOWS[name].examples.filter(({ offer }) => offer?.includes("demo") ?? true).map(({ title }) => `${name}: ${title}`));
    assert.ok(offered.length > 0);
    assert.deepEqual(offered.filter((title) => !titles.includes(title)), []);
    assert.equal(new Set(titles).size, titles.length);
  });
});
