import { execFileSync } from "node:child_process";

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly kilobytes: number;
}

/** Resident memory of a process and all its descendants, MiB. Pages that they share are counted for each. */
export function residentMegabytes(pid: number): number {
  const rows = execFileSync("ps", ["-axo", "pid=,ppid=,rss="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line): ProcessRow => {
      const [own = 0, parent = 0, kilobytes = 0] = line.trim().split(/\s+/).map(Number);
      return { pid: own, parent, kilobytes };
    });
  return treeKilobytes(rows, pid) / 1024;
}

/** @param rows every process of the machine */
export function treeKilobytes(rows: readonly ProcessRow[], pid: number): number {
  const children = rows.filter(({ parent }) => parent === pid);
  const own = rows.find((row) => row.pid === pid)?.kilobytes ?? 0;
  return children.reduce((sum, child) => sum + treeKilobytes(rows, child.pid), own);
}
