import { JobError } from "./errors.ts";
import { WorkProcess } from "./work-process.ts";

const stop = new AbortController();
// Registered first: ECS may stop the task while it is still starting. 143 is the shell's code for SIGTERM.
process.on("SIGTERM", () => stop.abort(new JobError("JobTerminated", "The job was told to stop (SIGTERM)", 143)));

// The work's process starts while this process loads the rest of its modules.
const work = new WorkProcess(new URL("./work.mjs", import.meta.url));
const { run } = await import("./run.ts");
const exitCode = await run(work, stop);
work.kill();
// Pending requests and idle connections would keep the process alive.
process.exit(exitCode);
