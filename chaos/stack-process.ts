import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "../operator/stack-context.ts";
import type { Victim } from "./plan.ts";

const HOST = join(import.meta.dirname, "stack-host.ts");

/** What the command line of a stack's child process says about it. */
const MARKS: Readonly<Record<Exclude<Victim, "stack">, string>> = { function: join("lambda", "bootstrap"), task: "job.mjs" };

/** A local stack in a process of its own, which comes back on the same port however often it is killed. */
export class StackProcess {
  readonly #projectFolder: string;
  readonly #dataFolder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #speed: number;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #ready = false;
  #keep = true;
  #fault: Error | undefined;

  private constructor(options: { projectFolder: string; dataFolder: string; environment: Readonly<Record<string, string>>; speed: number }, port: number) {
    this.#projectFolder = options.projectFolder;
    this.#dataFolder = options.dataFolder;
    this.#environment = options.environment;
    this.#speed = options.speed;
    this.#port = port;
    this.#spawn();
  }

  /** @param options.environment variables for the program, besides this process's own */
  static async start(options: { projectFolder: string; dataFolder: string; environment: Readonly<Record<string, string>>; speed: number }): Promise<StackProcess> {
    return new StackProcess(options, await freePort());
  }

  /** Resolves when the stack answers. @throws Error when it ended by itself, which no kill excuses */
  async up(): Promise<void> {
    while (!this.#ready) {
      if (this.#fault !== undefined) throw this.#fault;
      await delay(50);
    }
  }

  /** Endpoint, credentials and outputs; only after the stack was up once. */
  connection(): Connection {
    return JSON.parse(readFileSync(join(this.#dataFolder, "outputs.json"), "utf8")) as Connection;
  }

  /**
   * Kills one process with SIGKILL.
   *
   * @param pick which of the running ones, as a fraction of their number
   * @returns false when there was none
   */
  kill(victim: Victim, pick: number): boolean {
    const pids = victim === "stack" ? [this.#child?.pid] : this.children(victim);
    const pid = pids[Math.floor(pick * pids.length)];
    if (pid === undefined) return false;
    try {
      process.kill(pid, "SIGKILL");
      return true;
    } catch {
      return false;
    }
  }

  children(victim: keyof typeof MARKS): number[] {
    const parent = this.#child?.pid;
    const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
    return rows.flatMap((row) => {
      const [, pid, ppid, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
      return Number(ppid) === parent && command.includes(MARKS[victim]) ? [Number(pid)] : [];
    });
  }

  /** Kills it for good. */
  async end(): Promise<void> {
    this.#keep = false;
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }

  #spawn(): void {
    const child = spawn(process.execPath, [HOST, this.#projectFolder, this.#dataFolder, String(this.#port), String(this.#speed)], {
      env: { ...process.env, ...this.#environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr.pipe(createWriteStream(join(this.#dataFolder, "..", "stack-errors.log"), { flags: "a" }));
    child.stdout.once("data", () => (this.#ready = true));
    child.once("exit", (code, signal) => this.#ended(code, signal));
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#ready = false;
    if (signal !== "SIGKILL") this.#fault ??= new Error(`A stack on ${this.#dataFolder} ended by itself (exit code ${code ?? signal ?? ""}); see stack-errors.log.`);
    if (this.#keep && this.#fault === undefined) this.#spawn();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
