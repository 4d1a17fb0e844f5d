import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { contain } from "../contain.ts";

/** How often memory is looked at. What grows faster than a limit's worth in this time is found by the next look. */
const INTERVAL_MS = 1_000;

interface Watched {
  readonly groups: () => readonly number[];
  readonly limitBytes: number;
  readonly exceeded: (group: number) => void;
}

/** Looks at the memory of process groups, all in one go, for as long as there are any to look at. */
export class MemoryWatch {
  readonly #watched = new Set<Watched>();
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param intervalMs shorter in tests */
  constructor(intervalMs = INTERVAL_MS) {
    this.#intervalMs = intervalMs;
  }

  /**
   * Holds process groups to a limit on what they use together.
   *
   * @param watched.groups ids of the groups at that moment: those of their first processes
   * @param watched.exceeded told, at each look, which group uses most while all use more than the limit
   * @returns what ends it
   */
  watch(watched: Watched): () => void {
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => contain("A check of memory", () => this.#look()), this.#intervalMs).unref();
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #look(): void {
    const all = [...this.#watched].map((watched) => ({ watched, groups: watched.groups() }));
    const used = memoryOfGroups(new Set(all.flatMap(({ groups }) => groups)));
    for (const { watched, groups } of all) {
      const usedBy = (group: number) => used.get(group) ?? 0;
      const total = groups.reduce((sum, group) => sum + usedBy(group), 0);
      const [most] = [...groups].sort((a, b) => usedBy(b) - usedBy(a));
      if (most !== undefined && total > watched.limitBytes) watched.exceeded(most);
    }
  }
}

/** One look for everything that this process watches. */
export const memoryWatch = new MemoryWatch();

/** Bytes that process groups use; groups that are gone are left out. */
function memoryOfGroups(groups: ReadonlySet<number>): Map<number, number> {
  const used = new Map<number, number>();
  if (groups.size === 0) return used;
  for (const { group, bytes } of process.platform === "linux" ? processesOfProc(groups) : processesOfPs()) {
    if (groups.has(group)) used.set(group, (used.get(group) ?? 0) + bytes);
  }
  return used;
}

interface ProcessMemory {
  readonly group: number;
  readonly bytes: number;
}

/** What a container is charged for: memory of its own, without the program files that all processes share. */
function processesOfProc(groups: ReadonlySet<number>): ProcessMemory[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid): ProcessMemory[] => {
      try {
        // After the name, which is in parentheses and may hold anything: state, parent, group.
        const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
        const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ", 3)[2]);
        return groups.has(group) ? [{ group, bytes: ownBytes(readFileSync(`/proc/${pid}/status`, "latin1")) }] : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

function ownBytes(status: string): number {
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  return (kilobytes("RssAnon") + kilobytes("RssShmem")) * 1024;
}

/** Elsewhere all resident memory counts, which is some more. */
function processesOfPs(): ProcessMemory[] {
  return execFileSync("ps", ["-axo", "pgid=,rss="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([group = 0, kilobytes = 0]) => ({ group, bytes: kilobytes * 1024 }));
}
