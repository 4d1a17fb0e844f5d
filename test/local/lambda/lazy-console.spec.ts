import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { pathToFileURL } from "node:url";

const MODULE = pathToFileURL("local/lambda/lazy-console.ts").href;

/** Standard output of a module that runs in a process of its own with consoles made lazily. */
async function output(code: string): Promise<string> {
  const script = `import { Console } from "node:console"; import { lazyConsole } from ${JSON.stringify(MODULE)}; lazyConsole(); ${code}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  return stdout.trim();
}

const STANDARD = "{ stdout: process.stdout, stderr: process.stderr }";

describe("consoles made lazily", function () {
  this.timeout(20_000);

  it("write what they are told, and are consoles to whoever asks", async () => {
    const code = `const made = new Console(${STANDARD}); made.info("one %d", 1); const { log } = made; log("two");
      made.log(made instanceof Console, typeof made.table, "warn" in made); made.info = () => made.log("replaced"); made.info("three");`;
    assert.equal(await output(code), "one 1\ntwo\ntrue function true\nreplaced");
  });

  it("show the properties that a console has, and take others", async () => {
    const code = `const made = new Console(${STANDARD}); const real = new Console(process.stdout);
      made.log(Object.getOwnPropertyNames(made).sort().join() === Object.getOwnPropertyNames(real).sort().join(), Object.getPrototypeOf(made) === Object.getPrototypeOf(real));
      Object.assign(made, { extra: 1 }); made.log(made.extra, "extra" in made, delete made.extra, made.extra);`;
    assert.equal(await output(code), "true true\n1 true true undefined");
  });

  it("can be extended", async () => {
    const code = `class Prefixed extends Console { prefix = ">"; say(text) { this.log(this.prefix, text); } } new Prefixed(${STANDARD}).say("hello");`;
    assert.equal(await output(code), "> hello");
  });

  it("are not made before they are used", async () => {
    assert.equal(await output(`let made = 0; const lazy = new Console({ ...${STANDARD}, get colorMode() { made++; return "auto"; } }); console.log(made); lazy.log(made);`), "0\n1");
  });

  it("are made at once for other streams, errors included", async () => {
    assert.equal(await output(`try { new Console({ stdout: {} }); } catch (error) { console.log(error.code); }`), "ERR_CONSOLE_WRITABLE_STREAM");
  });
});
