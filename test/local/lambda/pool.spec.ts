import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FunctionVersion } from "../../../local/lambda/function-version.ts";
import { eachChannel, isGone, json } from "./pools.ts";
import { eventually, FakeClock } from "./support.ts";

/** The processors are always busy. */
const NEVER = { take: () => false };

eachChannel("the pool of execution environments", (used) => {
  it("runs one invocation at a time in an environment, in the order they came", async () => {
    const version = used.nodeFunction(
      "let n = 0, open = 0; export const handler = async () => { if (++open > 1) throw new Error('overlap'); await new Promise(setImmediate); open--; return n++; };",
    );
    const pool = used.createPool({ environmentsPerVersion: 1, spareTime: NEVER });
    const outcomes = await Promise.all([0, 1, 2, 3, 4, 5].map((index) => pool.invoke(version, "{}", `r${index}`)));
    assert.deepEqual(outcomes.map(json), [0, 1, 2, 3, 4, 5]);
  });

  it("starts no more environments of a version than its bound while the processors are busy", async () => {
    const version = used.nodeFunction("export const handler = async () => { await new Promise((r) => setTimeout(r, 100)); return process.pid; };");
    const pool = used.createPool({ environmentsPerVersion: 2, spareTime: NEVER });
    const outcomes = await Promise.all([0, 1, 2, 3, 4, 5].map((index) => pool.invoke(version, "{}", `r${index}`)));
    assert.equal(new Set(outcomes.map(json)).size, 2);
  });

  it("starts more, up to the bound of all, while handlers wait and the processors have time to spare", async () => {
    const meeting = used.code.write({ "readme.md": "Each handler leaves a file here, and waits for two others." });
    const version = used.nodeFunction(`
      import { readdirSync, writeFileSync } from "node:fs";
      export const handler = async () => {
        writeFileSync(${JSON.stringify(meeting)} + "/" + process.pid, "");
        while (readdirSync(${JSON.stringify(meeting)}).length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
        return process.pid;
      };
    `);
    const pool = used.createPool({ environmentsPerVersion: 1, environments: 3, spareTime: { take: () => true } });
    const outcomes = await Promise.all([0, 1, 2, 3, 4, 5].map((index) => pool.invoke(version, "{}", `r${index}`)));
    assert.equal(new Set(outcomes.map(json)).size, 3);
  });

  it("ends an idle environment where another version needs its room", async () => {
    const source = "export const handler = async () => process.env.AWS_LAMBDA_FUNCTION_VERSION;";
    const first = used.nodeFunction(source);
    const second = used.nodeFunction(source, { version: "2" });
    const pool = used.createPool({ environments: 1 });
    assert.equal(json(await pool.invoke(first, "{}", "r1")), "1");
    assert.equal(json(await pool.invoke(second, "{}", "r2")), "2");
    assert.equal(used.iam.live.size, 1);
  });

  it("runs the newest code of an unpublished function, whose versions share one ARN", async () => {
    const latest = (code: string) => used.nodeFunction(`export const handler = async () => "${code}";`, { version: "$LATEST", configurationHash: code });
    const pool = used.createPool();
    assert.equal(json(await pool.invoke(latest("old"), "{}", "r1")), "old");
    assert.equal(json(await pool.invoke(latest("new"), "{}", "r2")), "new");
  });

  it("ends the environments of a version that is not needed, a busy one when it has responded, and no other", async () => {
    const gate = join(used.code.root, `gate-${Math.random()}`);
    const source = `import { existsSync } from "node:fs";
      export const handler = async ({ wait }) => { while (wait && !existsSync(${JSON.stringify(gate)})) await new Promise((resolve) => setTimeout(resolve, 5)); return process.pid; };`;
    const [old, current] = [used.nodeFunction(source), used.nodeFunction(source, { version: "2" })];
    const pool = used.createPool({ environmentsPerVersion: 1 });
    const pids = [json(await pool.invoke(old, "{}", "r1")), json(await pool.invoke(current, "{}", "r2"))].map(Number);
    const busy = pool.invoke(old, '{"wait":true}', "r3");
    assert.deepEqual(pool.busy(), [old]);
    let ended = false;
    const retired = pool.retire((version) => version === current).then(() => (ended = true));
    await new Promise(setImmediate);
    assert.equal(ended, false);
    writeFileSync(gate, "");
    assert.equal(json(await busy), pids[0]);
    await retired;
    assert.deepEqual(pids.map(isGone), [true, false]);
    assert.equal(used.iam.live.size, 1);
  });

  it("lets a version without environments in before the next work of a busy one", async () => {
    const source = "export const handler = async () => 1;";
    const pool = used.createPool({ environments: 1 });
    const order: string[] = [];
    const invoke = async (version: FunctionVersion, name: string) => {
      json(await pool.invoke(version, "{}", name));
      order.push(name);
    };
    const busy = used.nodeFunction(source);
    const other = used.nodeFunction(source, { version: "2" });
    await Promise.all([invoke(busy, "b1"), invoke(busy, "b2"), invoke(busy, "b3"), invoke(other, "o1")]);
    assert.equal(order.length, 4);
    assert.ok(order.indexOf("o1") < order.indexOf("b3"), order.join());
  });

  it("ends environments that stay idle, and their credentials with them", async () => {
    const clock = new FakeClock();
    const pool = used.createPool({ clock });
    const pid = json(await pool.invoke(used.nodeFunction("export const handler = async () => process.pid;"), "{}", "r1")) as number;
    assert.equal(used.iam.live.size, 1);
    await eventually("the environment is idle and ends after five minutes", () => (clock.advance(5 * 60_000), isGone(pid)));
    await eventually("its credentials are revoked", () => used.iam.live.size === 0);
  });

  it("starts no process under a role that Lambda cannot assume", async () => {
    used.iam.trusted = false;
    const version = used.nodeFunction("export const handler = async () => 1;");
    assert.deepEqual(await used.createPool().invoke(version, "{}", "r1"), {
      kind: "error",
      errorType: "AccessDeniedException",
      errorMessage: "The role defined for the function cannot be assumed by Lambda.",
    });
    assert.equal(used.iam.live.size, 0);
  });

  it("leaves no environment behind when the stack is killed, not even one that spins", async () => {
    const codeFolder = used.code.write({
      "index.mjs": "import { writeFileSync } from 'node:fs'; export const handler = async () => { writeFileSync('pid', String(process.pid)); for (;;); };",
    });
    const host = spawn(process.execPath, [fileURLToPath(new URL("pool-host.ts", import.meta.url)), codeFolder, used.channel], { stdio: "inherit" });
    const pid = await eventually("the handler runs", () => Number(read(join(codeFolder, "pid"))) || undefined);
    assert.ok(!isGone(pid));
    host.kill("SIGKILL");
    await eventually("the environment ends", () => isGone(pid));
  });
});

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
