import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { TASK_MARKER } from "./launch.ts";

/**
 * Kills processes of these tasks that outlived the stack which started them. A process is known by the task's ARN in its
 * environment, never by a number that another process may have been given since.
 *
 * @returns how many there were
 */
export function killLeftovers(taskArns: readonly string[]): number {
  if (taskArns.length === 0) return 0;
  const markers = taskArns.map((arn) => `${TASK_MARKER}=${arn}`);
  const leftovers = environments().filter(({ environment }) => markers.some((marker) => environment.includes(marker)));
  for (const { pid } of leftovers) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }
  return leftovers.length;
}

function environments(): { pid: number; environment: string }[] {
  return process.platform === "linux" ? environmentsOfProc() : environmentsOfPs();
}

function environmentsOfProc(): { pid: number; environment: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [{ pid: Number(name), environment: readFileSync(`/proc/${name}/environ`, "latin1") }];
      } catch {
        // It ended meanwhile, or belongs to somebody else.
        return [];
      }
    });
}

function environmentsOfPs(): { pid: number; environment: string }[] {
  return execFileSync("ps", ["-axwwE", "-o", "pid=,command="], { encoding: "latin1", maxBuffer: 64 * 1024 * 1024 })
    .split("\n")
    .map((line) => ({ pid: Number.parseInt(line, 10), environment: line }))
    .filter(({ pid }) => pid > 0 && pid !== process.pid);
}
