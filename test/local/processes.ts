import { execFileSync } from "node:child_process";

/** Child processes of `parent` whose command line contains `text`. */
export function childProcesses(text: string, parent = process.pid): number[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  return rows.flatMap((row) => {
    const [, pid, ppid, args = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    return Number(ppid) === parent && args.includes(text) ? [Number(pid)] : [];
  });
}

export function kill(pids: readonly number[]): void {
  for (const pid of pids) process.kill(pid, "SIGKILL");
}

/** Processes, other than this one, whose command line contains `text`. */
export function processesNaming(text: string): number[] {
  const rows = execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="], { encoding: "utf8" }).split("\n");
  return rows.filter((row) => row.includes(text)).map((row) => Number.parseInt(row, 10));
}
