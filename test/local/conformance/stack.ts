import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { startStack, type RunningStack } from "../../../local/stack.ts";

const PROGRAM = join(import.meta.dirname, "program");
const NODE_MODULES = resolve(import.meta.dirname, "../../../node_modules");

export interface TestStack {
  readonly stack: RunningStack;
  /** A folder of the test's own. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Puts the program beside this file into a folder, with the code of its functions. @returns the program's folder */
export async function prepareProgram(folder: string): Promise<string> {
  const projectFolder = join(folder, "program");
  cpSync(PROGRAM, projectFolder, { recursive: true });
  symlinkSync(NODE_MODULES, join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  // Its first line names Node by the PATH, which functions do not share with this process.
  chmodSync(join(projectFolder, "bootstrap.mjs"), 0o755);
  await build({
    entryPoints: [join(PROGRAM, "handlers.ts")],
    outfile: join(projectFolder, "bundle.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    logLevel: "silent",
  });
  return projectFolder;
}

/** Runs the program beside this file, whole: its functions in processes of their own, behind the HTTP door. */
export async function startTestStack(options: { speed: number }): Promise<TestStack> {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const projectFolder = await prepareProgram(folder);
  const dataFolder = join(folder, "data");
  const stack = await startStack({ projectFolder, stack: "dev", dataFolder, port: 0, speed: options.speed, onFatal: (error) => assert.fail(error) });
  return {
    stack,
    folder,
    async stop() {
      await stack.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Where the machine has the runtime client for Python functions. */
export function hasPythonRuntime(): boolean {
  try {
    execFileSync("python3", ["-c", "import awslambdaric"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
