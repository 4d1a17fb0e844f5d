import { type FSWatcher, readdirSync, watch } from "node:fs";
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

  /** Watches a folder with all folders below it; one that is watched already is looked through for new ones. */
  add(folder: string): void {
    if (this.#ignored.has(folder)) return;
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
      if (!this.#watchers.has(folder)) this.#watchers.set(folder, this.#watch(folder));
    } catch (error) {
      // It is a file, or was removed meanwhile.
      if (["ENOENT", "ENOTDIR", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return;
      throw error;
    }
    for (const entry of entries) if (entry.isDirectory() && !IGNORED.test(entry.name)) this.add(join(folder, entry.name));
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watch(folder: string): FSWatcher {
    const watcher = watch(folder, { persistent: false }, (event, name) => {
      if (name === null || IGNORED.test(name)) return;
      const path = join(folder, name);
      if (event === "rename") this.add(path);
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
