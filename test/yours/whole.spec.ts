import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { ProjectCopy } from "./copy.ts";
import { readPage, type Snippet } from "./page.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const HAS_PYTHON = spawnSync("python3", ["--version"]).status === 0;

/** The specs of npm test that start no whole stack, and not those of type check and lint, which run by themselves. */
const UNIT_TESTS = [
  "test/{bootstrap,container,docs,functions,github,infra,kit,operator,policy}/**/*.spec.ts",
  "test/cli/{client,text}/**/*.spec.ts",
  "test/cli/help.spec.ts",
  "test/doctor/judgements.spec.ts",
  "test/floors.spec.ts",
  "test/names.spec.ts",
  "{functions,container}/**/*.spec.ts",
];

/** Written by the unit tests: the recorded history of a new workflow. */
const RECORDED = "+ test/functions/histories/approval.json";

// Every step builds on those before.
describe("A new user who makes the project their own", function () {
  this.timeout(900_000);
  this.bail(true);
  let page: Snippet[];
  let copy: ProjectCopy;
  before(async () => {
    page = await readPage(PROJECT);
    copy = await ProjectCopy.create(PROJECT);
  });
  after(async () => {
    process.stdout.write(`\nFiles of the copy that differ:\n  ${(await copy.changes()).join("\n  ")}\n`);
    if (!HAS_PYTHON) process.stdout.write("Skipped: the job wordcount, because this machine has no python3.\n");
    await copy.remove();
  });

  const typeIn = async (section: string) => {
    for (const snippet of page.filter((each) => each.section === section)) await copy.type(snippet);
  };
  /** Runs a command in the copy. @returns what it printed */
  const run = async (command: string, ...args: string[]) => {
    // Where CI is set, a missing recording is a failure.
    const env = { ...process.env, CI: undefined };
    const child = spawn(command, args, { cwd: copy.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const [out, error] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    // Without the log lines of handlers.
    const printed = `${out}${error}`.replaceAll(/^\{.*\n/gm, "");
    assert.equal(child.exitCode, 0, `${command} ${args.join(" ")} failed:\n${printed}`);
    return out;
  };

  it("adds a workflow and its test", async () => {
    await typeIn("Add a workflow");
    await typeIn("Write and run a test");
  });

  it("adds a job in Python", async function () {
    if (!HAS_PYTHON) this.skip();
    await typeIn("Add a job");
  });

  it("renames the project", () => typeIn("Rename the project"));

  for (const script of ["typecheck", "lint"]) {
    it(`passes npm run ${script}`, async () => {
      await run("npm", "run", "--silent", script);
    });
  }

  it("sees both examples in the demo run", async () => {
    const out = await run("npm", "start", "--", "--exit", "--port", "0");
    assert.match(out, /^ok +FAILED .* approval: nobody decides +Callback\.Timeout/m);
    if (HAS_PYTHON) assert.match(out, /^ok +SUCCEEDED .* poll-job: wordcount, five words +exitCode 0/m);
  });

  it("runs the new test alone", async () => {
    assert.match(await run("npx", "mocha", "functions/approval/approval.spec.ts"), /1 passing/);
  });

  it("passes the unit tests", async () => {
    await run("npx", "mocha", "--no-config", "--parallel", "--jobs", "2", "--timeout", "120000", "--reporter", "dot", ...UNIT_TESTS);
  });

  it("has touched no other file", async () => {
    const typed = page.filter(({ section, file }) => file !== undefined && (HAS_PYTHON || section !== "Add a job")).map(({ file = "" }) => file);
    const changed = (await copy.changes()).filter((change) => change !== RECORDED).map((change) => change.slice(2));
    assert.deepEqual(changed.sort(), typed.sort());
  });
});
