import { createHash } from "node:crypto";
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Snippet } from "./page.ts";

/** What no project begins with: history, what is made from the sources, and packages, which are linked. */
const LEFT_OUT = new Set([".git", ".build", ".local", "node_modules"]);

/** A copy of the project in a folder of its own, to be changed as a new user would. */
export class ProjectCopy {
  readonly folder: string;
  #before: ReadonlyMap<string, string> = new Map();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(projectFolder: string): Promise<ProjectCopy> {
    const copy = new ProjectCopy(await mkdtemp(join(tmpdir(), "yours-")));
    for (const name of await readdir(projectFolder)) {
      if (!LEFT_OUT.has(name)) await cp(join(projectFolder, name), join(copy.folder, name), { recursive: true });
    }
    // One by one, so that the copy's caches aren't those of the project.
    const packages = join(projectFolder, "node_modules");
    await mkdir(join(copy.folder, "node_modules"));
    for (const name of await readdir(packages)) {
      if (name !== ".cache") await symlink(join(packages, name), join(copy.folder, "node_modules", name));
    }
    copy.#before = await copy.#digests();
    return copy;
  }

  /** Types in what the page shows: a new file, further lines of a list, or another value of a YAML key. */
  async type({ file, text, lines }: Snippet): Promise<void> {
    if (file === undefined) return;
    const path = join(this.folder, file);
    const present = await readFile(path, "utf8").catch(() => undefined);
    if (present === undefined) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    } else if (file.endsWith(".yaml")) {
      await writeFile(path, lines.reduce((yaml, line) => yaml.replace(new RegExp(`^${line.split(":")[0] ?? ""}:.*$`, "m"), line), present));
    } else {
      await appendFile(path, `${lines.join("\n")}\n`);
    }
  }

  /** What has been added, changed or removed since the copy was made: `+`, `M` or `-` and the path. */
  async changes(): Promise<string[]> {
    const now = await this.#digests();
    const changed = [...now].flatMap(([path, digest]) => (this.#before.get(path) === digest ? [] : [`${this.#before.has(path) ? "M" : "+"} ${path}`]));
    return [...changed, ...[...this.#before.keys()].filter((path) => !now.has(path)).map((path) => `- ${path}`)].sort();
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  async #digests(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const entry of await readdir(this.folder, { withFileTypes: true })) {
      if (LEFT_OUT.has(entry.name)) continue;
      const path = join(this.folder, entry.name);
      const nested = entry.isDirectory() ? await readdir(path, { recursive: true, withFileTypes: true }) : [entry];
      for (const file of nested.filter((each) => each.isFile())) {
        const name = join(file.parentPath, file.name);
        found.set(name.slice(this.folder.length + 1), createHash("sha256").update(await readFile(name)).digest("hex"));
      }
    }
    return found;
  }
}
