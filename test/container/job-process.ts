import * as esbuild from "esbuild";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The job as it is deployed: bundled, and run as a process of its own. */
export class JobBundle {
  #folder = "";

  /** Bundles the job around the tests of one file. */
  static use(): JobBundle {
    const bundle = new JobBundle();
    before(() => bundle.#build());
    after(() => rm(bundle.#folder, { recursive: true }));
    return bundle;
  }

  /** @param environment beside what every job gets */
  start(input: object, environment: Readonly<Record<string, string>>): JobProcess {
    return new JobProcess(
      spawn(process.execPath, [join(this.#folder, "job.mjs")], {
        stdio: ["ignore", "pipe", "inherit"],
        env: {
          AWS_REGION: "eu-central-1",
          AWS_ACCESS_KEY_ID: "test",
          AWS_SECRET_ACCESS_KEY: "test",
          JOB_TABLE_NAME: "jobs",
          JOB_HEARTBEAT_SECONDS: "60",
          JOB_TIME_LIMIT_SECONDS: "3600",
          JOB_ATTEMPT: "1",
          EXECUTION_ARN: "arn:execution",
          JOB_INPUT: JSON.stringify(input),
          ...environment,
        },
      }),
    );
  }

  async #build(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), "job-"));
    await esbuild.build({
      entryPoints: { job: "container/sample/main.ts", work: "container/sample/work-main.ts" },
      outdir: this.#folder,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      mainFields: ["module", "main"],
      logLevel: "silent",
    });
  }
}

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export class JobProcess {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #startedAt = performance.now();
  #endedAt = 0;
  #output = "";

  constructor(process: ChildProcess) {
    this.#process = process;
    this.#ended = once(process, "close").then(() => (this.#endedAt = performance.now()));
    process.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
  }

  /** Resolves when the job has said that it starts. */
  async started(): Promise<void> {
    while (!this.#output.includes("The job starts") && this.#process.stdout) await once(this.#process.stdout, "data");
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error("The job could not be started");
    return this.#process.pid;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /**
   * Resolves when the job and every process that it started have ended: they share the standard output, which closes with the last
   * of them.
   */
  async end(): Promise<{ exitCode: number | null; seconds: number; log: LogLine[] }> {
    await this.#ended;
    const log = this.#output.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as LogLine);
    return { exitCode: this.#process.exitCode, seconds: (this.#endedAt - this.#startedAt) / 1000, log };
  }
}
