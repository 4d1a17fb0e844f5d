import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Load } from "../load/target.ts";
import { residentMegabytes } from "../processes.ts";
import type { Summary } from "../statistics.ts";
import type { Engine } from "./engine.ts";

export interface RunnerRequest {
  readonly function: "steps" | "wait";
  readonly input: unknown;
  readonly load: Load;
}

const HOST = fileURLToPath(new URL("local-runner-host.ts", import.meta.url));

/** AWS's `LocalDurableTestRunner`: in memory, handler and engine in one process, called without HTTP. Time is real for waits, skipped otherwise. */
export function localRunnerEngine(): Engine {
  const skipping = fork(HOST, ["skip time"]);
  const real = fork(HOST, ["real time"]);
  const ask = (child: typeof real, request: RunnerRequest) =>
    new Promise<Summary>((resolve, reject) => {
      child.once("message", (summary) => resolve(summary as Summary));
      child.once("exit", () => reject(new Error("LocalDurableTestRunner failed.")));
      child.send(request);
    });
  return {
    name: "LocalDurableTestRunner",
    steps: (load, input) => ask(skipping, { function: "steps", input, load }),
    async waits(count, seconds) {
      return (await ask(real, { function: "wait", input: { seconds }, load: { clients: count, requestsPerClient: 1 } })).seconds;
    },
    memory: () => residentMegabytes(skipping.pid ?? 0),
    async stop() {
      for (const child of [skipping, real]) child.disconnect();
    },
  };
}
