import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { FunctionVersion } from "./function-version.ts";
import { restoreCode } from "./published-code.ts";

/** How to start the process of an execution environment. */
export interface Launch {
  readonly command: string;
  readonly parameters: readonly string[];
  /** Set for the built-in bootstrap, which can do with the process's own channel in place of the Runtime API. */
  readonly channel?: true;
}

/** Why a function cannot be started, in the words that its invocations fail with. */
export class LaunchError extends Error {
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

const BOOTSTRAP = fileURLToPath(new URL("bootstrap.ts", import.meta.url));
/** V8's own share of a function's memory; the rest is for buffers, code and stacks. */
const HEAP_SHARE = 0.9;
/**
 * Of V8's young generation. By default it grows from 1 MB, so that much of short invocations is copied as if it were to last,
 * and up to 16, so that garbage piles up to twice the memory of all else.
 */
const SEMI_SPACE_MEGABYTES = 8;

const RUNTIMES: readonly { prefix: string; launch(version: FunctionVersion): Promise<Launch> }[] = [
  { prefix: "nodejs", launch: async (version) => node(version) },
  { prefix: "python", launch: async (version) => ({ command: await pythonWithRuntimeClient(), parameters: ["-m", "awslambdaric", version.handler] }) },
  { prefix: "provided", launch: provided },
];

/** @throws LaunchError when this machine cannot run the function's runtime */
export async function launchOf(version: FunctionVersion): Promise<Launch & { readonly restored: readonly string[] }> {
  const runtime = RUNTIMES.find(({ prefix }) => version.runtime.startsWith(prefix));
  if (runtime === undefined) {
    throw new LaunchError(
      "Runtime.NotSupported",
      `The local stack cannot run ${version.runtime}: it runs nodejs*, provided.*, and python* where the package awslambdaric is installed.`,
    );
  }
  const restored = await requireCode(version);
  return { ...(await runtime.launch(version)), restored };
}

/** @returns paths of the code that something had changed */
async function requireCode({ code, codeFolder }: FunctionVersion): Promise<readonly string[]> {
  try {
    if (code !== undefined) return await restoreCode(codeFolder, code);
    await access(codeFolder);
    return [];
  } catch (error) {
    const reason = code === undefined ? codeFolder : (error as Error).message;
    throw new LaunchError("Runtime.InvalidEntrypoint", `The function's code is missing: ${reason}`);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function node(version: FunctionVersion): Launch {
  const heap = Math.floor(version.memoryMegabytes * HEAP_SHARE);
  const memory = [`--max-old-space-size=${heap}`, ...["min", "max"].map((bound) => `--${bound}-semi-space-size=${SEMI_SPACE_MEGABYTES}`)];
  // The first Node 24 releases warn that they strip the bootstrap's types, which is none of the function's business.
  return { command: process.execPath, parameters: [...memory, "--disable-warning=ExperimentalWarning", BOOTSTRAP], channel: true };
}

async function provided(version: FunctionVersion): Promise<Launch> {
  const command = join(version.codeFolder, "bootstrap");
  if (!(await exists(command))) throw new LaunchError("Runtime.InvalidEntrypoint", `Couldn't find valid bootstrap(s): [${command}]`);
  return { command, parameters: [] };
}

let python: Promise<string> | undefined;

/** Looked for once, on this process's PATH: functions themselves get a PATH without the user's additions. */
function pythonWithRuntimeClient(): Promise<string> {
  python ??= promisify(execFile)("python3", ["-c", "import awslambdaric, sys; print(sys.executable)"]).then(
    ({ stdout }) => stdout.trim(),
    () => {
      throw new LaunchError("Runtime.NotSupported", "Python functions need python3 with the package awslambdaric: pip install awslambdaric");
    },
  );
  return python;
}
