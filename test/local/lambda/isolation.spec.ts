import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishCode, restoreCode } from "../../../local/lambda/published-code.ts";
import { killMarked } from "../../../local/lambda/stragglers.ts";
import { eachChannel, isGone, json, logged } from "./pools.ts";
import { CodeFolders, eventually, functionVersion } from "./support.ts";

const LEAVES_GROUP = `import { spawn } from 'node:child_process';
  export const handler = async ({ crash }) => {
    console.log(spawn('/bin/sleep', ['600'], { detached: true, stdio: 'ignore' }).pid);
    if (crash) process.exit(1);
  };`;

eachChannel("an execution environment, apart from the others", (used) => {
  it("takes with it what has left its process group, when it ends and when the pool stops", async () => {
    const version = used.nodeFunction(LEAVES_GROUP);
    const pool = used.createPool();
    await pool.invoke(version, '{"crash":true}', "r1");
    const ofCrashed = await eventually("the first child is told", () => logged(used.logs, "r1"));
    await eventually("the first child ends", () => isGone(ofCrashed));
    await pool.invoke(version, "{}", "r2");
    const ofStopped = await eventually("the second child is told", () => logged(used.logs, "r2"));
    assert.equal(isGone(ofStopped), false);
    await pool.stop();
    await eventually("the second child ends", () => isGone(ofStopped));
  });

  it("runs the published code, whatever an earlier one has done to it, and says what was restored", async () => {
    const source = `import { writeFileSync } from 'node:fs';
      export const handler = async () => {
        for (const name of ['index.mjs', 'more.mjs']) writeFileSync(process.env.LAMBDA_TASK_ROOT + '/' + name, 'export const handler = async () => "changed";', { mode: 0o644 });
        process.exit(1);
      };`;
    const codeFolder = used.code.write({});
    const code = await publishCode({ "index.mjs": join(used.code.write({ "index.mjs": source }), "index.mjs") }, join(used.code.root, `.published-${used.channel.length}`));
    const version = functionVersion({ codeFolder, code });
    const pool = used.createPool();
    for (const id of ["r1", "r2"]) {
      const outcome = await pool.invoke(version, "{}", id);
      assert.equal(outcome.kind === "error" && outcome.errorType, "Runtime.ExitError", JSON.stringify(outcome));
    }
    assert.equal(readFileSync(join(codeFolder, "index.mjs"), "utf8"), 'export const handler = async () => "changed";');
    await pool.invoke(version, "{}", "r3");
    assert.ok(used.logs.messages.some((message) => message.includes("were restored: index.mjs, more.mjs.")), used.logs.messages.join("\n"));
  });

  it("fails the invocation whose process cannot be started, and that alone", async () => {
    const version = used.nodeFunction("export const handler = async () => 'up';", { environment: { LARGE: "x".repeat(4_000_000) } });
    const pool = used.createPool();
    const outcome = await pool.invoke(version, "{}", "r1");
    assert.deepEqual(outcome, { kind: "error", errorType: "Runtime.InvalidEntrypoint", errorMessage: "RequestId: r1 Error: spawn E2BIG" });
    assert.equal(json(await pool.invoke({ ...version, qualifiedArn: `${version.qualifiedArn}1`, environment: {} }, "{}", "r2")), "up");
  });
});

describe("Published code", () => {
  const code = new CodeFolders();
  after(() => code.remove());

  it("is put in order: what was changed, added, removed or replaced by a link", async () => {
    const source = code.write({ "a.mjs": "a", "b.mjs": "b", bootstrap: "c" });
    const published = await publishCode({ "a.mjs": join(source, "a.mjs"), "lib/b.mjs": join(source, "b.mjs"), bootstrap: join(source, "bootstrap") }, join(code.root, ".published"));
    const folder = join(code.root, "version");
    assert.deepEqual(await restoreCode(folder, published), []);
    assert.deepEqual(await restoreCode(folder, published), []);
    mkdirSync(join(folder, "cache", "deep"), { recursive: true });
    writeFileSync(join(folder, "cache", "deep", "x"), "x");
    writeFileSync(join(folder, "lib", "b.mjs"), "B");
    assert.deepEqual(await restoreCode(folder, published), ["cache", "lib/b.mjs"]);
    assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), ["a.mjs", "bootstrap", "lib", "lib/b.mjs"]);
    assert.equal(readFileSync(join(folder, "lib/b.mjs"), "utf8"), "b");
  });
});

describe("Processes by their marker", () => {
  it("are killed when the whole variable, or the folder that it begins with, is theirs", async () => {
    const start = async (variable: string) => {
      const child = spawn("/bin/sleep", ["600"], { env: { OTHER: "1", MARKER: variable, LAST: "2" }, stdio: "ignore" });
      await once(child, "spawn");
      return { child, ended: once(child, "exit") };
    };
    const [own, near, below, beside] = await Promise.all(["task/1", "task/12", "/data/functions/a", "/data/functions-b"].map(start));
    killMarked(["MARKER=task/1", "MARKER=/data/functions/"]);
    await Promise.all([own!.ended, below!.ended]);
    for (const { child } of [near!, beside!]) {
      assert.equal(child.signalCode, null);
      child.kill("SIGKILL");
    }
  });
});
