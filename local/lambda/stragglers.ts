import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process that has just started others may have done so between the search and its end. */
const MOST_SEARCHES = 5;

/**
 * Kills processes by a variable of their environment: those that have left the process group of the function or task which
 * started them, or have outlived the stack. No process is known by a number that another may have been given since.
 *
 * @param markers variables, `NAME=value`; with a slash at the end, everything that begins so
 */
export function killMarked(markers: readonly string[]): void {
  if (markers.length === 0) return;
  for (let search = 0; search < MOST_SEARCHES && killOnce(markers) > 0; search++);
}

/** @returns how many there were */
function killOnce(markers: readonly string[]): number {
  const marked = process.platform === "linux" ? markedInProc(markers) : markedInPs(markers);
  for (const pid of marked) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }
  return marked.length;
}

function markedInProc(markers: readonly string[]): number[] {
  const wanted = markers.map((marker) => `\0${marker}${marker.endsWith("/") ? "" : "\0"}`);
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      if (Number.isNaN(pid) || pid === process.pid) return false;
      try {
        const environment = `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}`;
        return wanted.some((variable) => environment.includes(variable));
      } catch {
        // It ended meanwhile, or belongs to somebody else.
        return false;
      }
    });
}

function markedInPs(markers: readonly string[]): number[] {
  const wanted = markers.map((marker) => ` ${marker}${marker.endsWith("/") ? "" : " "}`);
  return execFileSync("ps", ["-axwwE", "-o", "pid=,command="], { encoding: "latin1", maxBuffer: 64 * 1024 * 1024 })
    .split("\n")
    .filter((line) => wanted.some((variable) => `${line} `.includes(variable)))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid > 0 && pid !== process.pid);
}
