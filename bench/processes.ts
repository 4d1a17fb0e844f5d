import { execFileSync } from "node:child_process";

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly kilobytes: number;
}

/** Resident memory of a process, with all its descendants or alone, MiB. Pages that they share are counted for each. */
export function residentMegabytes(pid: number, which: "tree" | "alone" = "tree"): number {
  const rows = execFileSync("ps", ["-axo", "pid=,ppid=,rss="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line): ProcessRow => {
      const [own = 0, parent = 0, kilobytes = 0] = line.trim().split(/\s+/).map(Number);
      return { pid: own, parent, kilobytes };
    });
  return (which === "tree" ? treeKilobytes(rows, pid) : (rows.find((row) => row.pid === pid)?.kilobytes ?? 0)) / 1024;
}

/** Code folders of the running Lambda environments whose code is below a folder, one for each process. */
export function environmentsBelow(folder: string): string[] {
  const rows = execFileSync("ps", ["axeww", "-o", "args="], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }).split("\n");
  return rows.flatMap((row) => / LAMBDA_TASK_ROOT=(\S+)/.exec(row)?.[1] ?? []).filter((root) => root.startsWith(`${folder}/`));
}

/** @param rows every process of the machine */
export function treeKilobytes(rows: readonly ProcessRow[], pid: number): number {
  const children = rows.filter(({ parent }) => parent === pid);
  const own = rows.find((row) => row.pid === pid)?.kilobytes ?? 0;
  return children.reduce((sum, child) => sum + treeKilobytes(rows, child.pid), own);
}
