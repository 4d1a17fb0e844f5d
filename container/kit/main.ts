import { JobError } from "./errors.ts";
import type { JobSchema } from "./environment.ts";
import { WorkProcess } from "./work-process.ts";

const stop = new AbortController();
// Registered first: ECS may stop the task while it is still starting. 143 is the shell's code for SIGTERM.
process.on("SIGTERM", () => stop.abort(new JobError("JobTerminated", "The job was told to stop (SIGTERM)", 143)));

/**
 * Runs the work in a process of its own, reports its heartbeats and its end, and exits.
 *
 * @param module of the work's process, which calls `doWork`
 * @param loadDeclaration called while the work's process starts
 */
export async function superviseWork(module: URL, loadDeclaration: () => Promise<{ readonly input: JobSchema }>): Promise<never> {
  const work = new WorkProcess(module);
  const [{ run }, { input }] = await Promise.all([import("./run.ts"), loadDeclaration()]);
  const exitCode = await run(work, input, stop);
  work.kill();
  // Pending requests and idle connections would keep the process alive.
  process.exit(exitCode);
}
