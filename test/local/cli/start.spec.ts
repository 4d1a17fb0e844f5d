import * as assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startStack } from "../../../local/stack.ts";
import { takeDataFolder } from "../../../local/store/data-folder.ts";
import { processesNaming } from "../processes.ts";

const PROJECT = resolve(import.meta.dirname, "../../..");
const START = join(PROJECT, "local/cli/start.ts");

/** A run of the command line, with what it has printed so far. */
interface Run {
  readonly child: ChildProcess;
  readonly output: { out: string; error: string };
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

describe("npm start", function () {
  this.timeout(60_000);

  let folder: string;
  let data: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "start-"));
    data = join(folder, "data");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A program of its own, which starts faster than the project's. */
  function program(source: string): string {
    const project = join(folder, "project");
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), '{ "type": "module" }');
    writeFileSync(join(project, "Pulumi.yaml"), "name: tiny\nruntime: nodejs\n");
    writeFileSync(join(project, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n");
    writeFileSync(join(project, "index.ts"), source);
    return project;
  }

  function start(project: string, ...options: string[]): Run {
    const child = spawn(process.execPath, [START, "--data", data, "--port", "0", ...options], { cwd: project, stdio: ["ignore", "pipe", "pipe"] });
    const output = { out: "", error: "" };
    child.stdout.on("data", (chunk: Buffer) => (output.out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output.error += chunk.toString()));
    const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
    return { child, output, ended };
  }

  async function until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!condition()) {
      assert.ok(Date.now() < deadline, "not in time");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Neither a process nor a lock outlives the run. */
  async function nothingLeft(): Promise<void> {
    await until(() => processesNaming(folder).length === 0);
    takeDataFolder(data).release();
  }

  const HANGS = 'import { writeFileSync } from "node:fs";\nwriteFileSync(new URL("evaluating", import.meta.url), "");\nsetInterval(() => undefined, 1000);\nawait new Promise(() => undefined);\n';

  it("makes the demo run on the first start on a data folder, and on another only when it is told to", async () => {
    const project = program("export const region = 'eu-west-1';\n");
    mkdirSync(join(project, "demo"));
    writeFileSync(join(project, "demo/index.ts"), 'export default [{ title: "the case", run: async ({ namePrefix }) => ({ status: "SUCCEEDED", summary: "names begin with " + namePrefix }) }];\n');
    const starts: [string[], boolean][] = [[["--no-tour"], false], [[], true], [[], false], [["--tour"], true], [["--exit"], true]];
    for (const [options, isMade] of starts) {
      const { child, output, ended } = start(project, ...options);
      await until(() => output.out.includes("The stack stays up.") || child.exitCode !== null);
      child.kill("SIGINT");
      assert.equal(await ended, 0, output.error);
      assert.equal(/SUCCEEDED .*the case .*names begin with demo-/.test(output.out), isMade, `${options.join()}: ${output.out}`);
    }
  });

  it("says where a saved change is wrong, and when the next one is live", async () => {
    const project = program("export const region = 'eu-west-1';\n");
    const run = start(project);
    await until(() => run.output.out.includes("The stack stays up."));
    writeFileSync(join(project, "index.ts"), "export const region = 'eu-west-1';\nthrow new Error('not so');\n");
    await until(() => run.output.out.includes("The last change is not live"));
    assert.match(run.output.out, /not so[\s\S]*index\.ts:2/);
    writeFileSync(join(project, "index.ts"), "export const region = 'eu-west-1';\n");
    await until(() => run.output.out.includes("Reloaded after"));
    run.child.kill("SIGINT");
    assert.equal(await run.ended, 0);
  });

  it("watches no file with --no-watch", async function () {
    // Where a process's open watches can be seen.
    if (process.platform !== "linux") this.skip();
    const project = program("export const region = 'eu-west-1';\n");
    const watches = async (...options: string[]) => {
      const { child, output, ended } = start(project, ...options);
      await until(() => output.out.includes("The stack stays up."));
      const links = readdirSync(`/proc/${String(child.pid)}/fd`).map((name) => readlinkSync(`/proc/${String(child.pid)}/fd/${name}`));
      child.kill("SIGINT");
      await ended;
      return links.some((link) => link.includes("inotify"));
    };
    assert.deepEqual([await watches(), await watches("--no-watch")], [true, false]);
  });

  it("ends with 130 when Ctrl-C comes during evaluation", async () => {
    const project = program(HANGS);
    const { child, output, ended } = start(project);
    await until(() => readdirSync(project).includes("evaluating"));
    child.kill("SIGINT");
    assert.equal(await ended, 130);
    assert.equal(output.error, "");
    await nothingLeft();
  });

  it("leaves no evaluation behind when it is killed (-9) during it", async () => {
    const project = program(HANGS);
    const { child, ended } = start(project);
    await until(() => readdirSync(project).includes("evaluating"));
    child.kill("SIGKILL");
    assert.equal(await ended, "SIGKILL");
    await nothingLeft();
  });

  it("stops in order during the demo run, with all that the real program has started", async () => {
    const { child, output, ended } = start(PROJECT);
    await until(() => output.out.includes("Stack dev runs at") && processesNaming(data).length > 0);
    child.kill("SIGTERM");
    assert.equal(await ended, 143, output.error);
    assert.match(output.out, /Stopping\. What was running goes on at the next start\./);
    await nothingLeft();
  });

  it("stops with 0 while it is up", async () => {
    const { child, output, ended } = start(program("export default {};\n"));
    await until(() => output.out.includes("The stack stays up"));
    child.kill("SIGINT");
    assert.equal(await ended, 0, output.error);
    await nothingLeft();
  });

  it("ends at once when Ctrl-C comes again while it stops, but not by the copy of the first that npm forwards", async () => {
    const source = `import { listenForInterruption } from ${JSON.stringify(join(PROJECT, "local/cli/interruption.ts"))};
      listenForInterruption().addEventListener("abort", () => process.stdout.write("stopping"));
      process.on("SIGINT", () => process.stdout.write("."));
      setInterval(() => undefined, 1000);
      process.stdout.write("up");`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", source], { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    await until(() => printed === "up");
    child.kill("SIGINT");
    await until(() => printed === "upstopping.");
    child.kill("SIGINT");
    await until(() => printed === "upstopping..");
    const exit = once(child, "exit");
    const again = setInterval(() => child.kill("SIGINT"), 100);
    assert.deepEqual(await exit, [130, null]);
    clearInterval(again);
  });

  it("ends with one message and 1 when the program fails, leaving no lock and no port behind", async () => {
    const { output, ended } = start(program('throw new Error("no such thing");\n'));
    assert.equal(await ended, 1);
    assert.match(output.error, /^The Pulumi program cannot be evaluated for stack dev:\n.*no such thing/);
    await nothingLeft();
  });

  it("ends with one message and 1 when the port is in use, before it evaluates, naming --port 0", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const { output, ended } = start(program(HANGS), "--port", String(port));
    assert.equal(await ended, 1);
    assert.equal(output.error, `Port ${port} of 127.0.0.1 is in use, perhaps by another local stack. Stop that, or choose another with --port: --port 0 takes any free one.\n`);
    other.close();
  });

  it("ends with one message and 1 when the store cannot be used", async () => {
    takeDataFolder(data).release();
    writeFileSync(join(data, "stack.sqlite"), "no longer what it was ".repeat(500));
    const { output, ended } = start(program("export default {};\n"));
    assert.equal(await ended, 1);
    assert.match(output.error, /^[^\n]*stack\.sqlite is damaged[^\n]*\n$/);
    assert.equal(output.out, "");
  });

  it("says in one message that its outputs cannot be written, such as over a folder", async () => {
    const projectFolder = program("export default {};\n");
    takeDataFolder(data).release();
    mkdirSync(join(data, "outputs.json", "in-the-way"), { recursive: true });
    const { output, ended } = start(projectFolder);
    assert.equal(await ended, 1);
    assert.equal(output.error, `${join(data, "outputs.json")} cannot be written: it is a folder. Put that right and start again, or name another data folder with --data.\n`);
    await nothingLeft();
  });

  it("takes npm's signals itself, so that npm returns when the stack is down", () => {
    const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { scripts: { start: string } };
    assert.match(scripts.start, /^exec node /);
  });

  it("names what else in its folder cannot be used, each in one message", async () => {
    const projectFolder = program("export default {};\n");
    takeDataFolder(data).release();
    for (const damaged of ["logs.sqlite", "developer-credentials.json"]) {
      writeFileSync(join(data, damaged), "no longer what it was ".repeat(500));
      const starting = startStack({ projectFolder, stack: "dev", dataFolder: data, port: 0, speed: 1, onFatal: (error) => assert.fail(error) });
      await assert.rejects(starting, { name: "UserError", message: new RegExp(`${damaged}.*(delete|damaged|cannot be (used|opened): (?!.*not a function))`, "i") });
      // Nothing is still open, either.
      rmSync(join(data, damaged));
      takeDataFolder(data).release();
    }
  });
});
