import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Target } from "../load/target.ts";
import { residentMegabytes } from "../processes.ts";
import type { HostRequest, StackReady } from "./messages.ts";

const HOST = fileURLToPath(new URL("host.ts", import.meta.url));
/** As npm start does. */
const NODE_OPTIONS = ["--max-semi-space-size=8", "--import", new URL("../../local/cli/compile-cache.mjs", import.meta.url).href];
const BENCH_PROGRAM = join(import.meta.dirname, "..", "program");

/** The local stack in a process of its own, with everything on: history, IAM, handlers in child processes, `synchronous=FULL`. */
export class BenchStack {
  readonly ready: StackReady;
  /** From the start of the process to the open door, milliseconds; evaluating the program is part of it. */
  readonly readyMilliseconds: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ready: StackReady, readyMilliseconds: number) {
    this.#child = child;
    this.ready = ready;
    this.readyMilliseconds = readyMilliseconds;
  }

  /** @param execArgv of Node, to profile the stack */
  static async start(request: Partial<HostRequest> & { dataFolder: string }, execArgv: readonly string[] = []): Promise<BenchStack> {
    const started = performance.now();
    const child = fork(HOST, { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [...NODE_OPTIONS, ...execArgv] });
    child.send({ projectFolder: BENCH_PROGRAM, stack: "bench", speed: 1, ...request } satisfies HostRequest);
    const ready = await new Promise<StackReady>((resolve, reject) => {
      child.once("message", (message) => resolve(message as StackReady));
      child.once("exit", () => reject(new Error("The local stack ended before it was ready.")));
    });
    return new BenchStack(child, ready, performance.now() - started);
  }

  /** Resident memory of the stack and of every process that it has started, MiB. */
  memory(): number {
    return residentMegabytes(this.#child.pid ?? 0);
  }

  /** Resident memory of the stack alone, MiB. */
  ownMemory(): number {
    return residentMegabytes(this.#child.pid ?? 0, "alone");
  }

  /** An Invoke of one of the program's functions, signed by the developer. @param output such as `stepsAliasArn` */
  invoke(output: string, input: unknown, invocationType: "RequestResponse" | "Event" = "RequestResponse"): Target {
    const { endpoint, region, credentials, outputs } = this.ready;
    return {
      origin: endpoint,
      path: `/2015-03-31/functions/${encodeURIComponent(String(outputs[output]))}/invocations`,
      body: JSON.stringify(input),
      headers: { "x-amz-invocation-type": invocationType },
      signing: { region, ...credentials },
    };
  }

  /** Ends the stack as a crash would. */
  async kill(): Promise<void> {
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, "exit");
    this.#child.send("stop");
    await exit;
  }
}
