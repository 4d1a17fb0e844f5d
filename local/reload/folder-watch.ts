import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

/** Editors' temporary files, and folders that hold no source. */
const IGNORED = /^\.|^node_modules$|~$|^4913$/;

/**
 * Reports changed files of folders and what is below them. One watcher for each folder: Node's own recursive watch would walk
 * through `node_modules`, too.
 */
export class FolderWatch {
  readonly #ignored: ReadonlySet<string>;
  readonly #onChange: (path: string) => void;
  readonly #watchers = new Map<string, FSWatcher>();

  /** @param ignored absolute paths of folders, beside `node_modules` and those whose name begins with a dot */
  constructor(ignored: readonly string[], onChange: (path: string) => void) {
    this.#ignored = new Set(ignored);
    this.#onChange = onChange;
  }

  /**
   * Watches a folder with all folders below it; one that is watched already is searched for new ones.
   *
   * @param onFile called for each file in them
   * @returns false for what is no folder
   */
  add(folder: string, onFile?: (path: string) => void): boolean {
    if (this.#ignored.has(folder)) return true;
    let entries;
    try {
      // Before the search, so that a file which is made meanwhile is not missed.
      if (statSync(folder).isDirectory() && !this.#watchers.has(folder)) this.#watchers.set(folder, this.#watch(folder));
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      // It is a file, or was removed meanwhile.
      if (["ENOENT", "ENOTDIR", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
      throw error;
    }
    for (const entry of entries.filter(({ name }) => !IGNORED.test(name))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) this.add(path, onFile);
      else onFile?.(path);
    }
    return true;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watch(folder: string): FSWatcher {
    const watcher = watch(folder, { persistent: false }, (event, name) => {
      if (name === null || IGNORED.test(name)) return;
      const path = join(folder, name);
      // Files may be in a new folder before it is watched.
      if (event === "rename" && this.add(path, this.#onChange)) return;
      this.#onChange(path);
    });
    // The folder was removed.
    watcher.on("error", () => this.#remove(folder));
    return watcher;
  }

  #remove(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
