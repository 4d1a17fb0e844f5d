import { constants, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { filesDigest, type Image } from "./images.ts";
import { type Launch, TaskStartError } from "./launch.ts";

/**
 * The writable layer of each task: a copy of its images' files, one for each container, which ends with the task. So nothing
 * that a task writes is there for the next one, as on Fargate.
 */
export class TaskFolders {
  readonly #folder: string;
  /** Images whose files were what their digest says when this stack first used them. */
  readonly #intact = new Set<string>();

  /** @param folder where the copies are kept, for as long as their tasks run */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Removes what a killed stack has left. */
  start(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    // Ends the search for a package.json that decides what `.js` means: a container would not see the one of this project.
    writeFileSync(join(this.#folder, "package.json"), "{}\n");
  }

  /**
   * Makes the copies for a task.
   *
   * @returns its launches, in the copies
   * @throws TaskStartError when the files are missing, changed, or cannot be copied
   */
  async prepare(taskId: string, launches: readonly Launch[]): Promise<Launch[]> {
    return Promise.all(
      launches.map(async (launch) => {
        const copy = join(this.#folder, taskId, launch.container);
        await this.#copy(launch.image, copy);
        const moved = (text: string) => text.replaceAll(launch.image.rootFolder, copy);
        const environment = Object.fromEntries(Object.entries(launch.environment).map(([name, value]) => [name, moved(value)]));
        return { ...launch, command: moved(launch.command), parameters: launch.parameters.map(moved), folder: moved(launch.folder), environment };
      }),
    );
  }

  async #copy({ digest, rootFolder, filesDigest: expected }: Image, copy: string): Promise<void> {
    try {
      await cp(rootFolder, copy, { recursive: true, mode: constants.COPYFILE_FICLONE });
    } catch (error) {
      throw new TaskStartError(`CannotPullContainerError: the image cannot be copied: ${(error as Error).message}`);
    }
    if (expected === undefined || this.#intact.has(digest)) return;
    if (filesDigest(copy) !== expected) throw new TaskStartError(`CannotPullContainerError: the files of image ${digest} in ${rootFolder} were changed`);
    this.#intact.add(digest);
  }

  /** Removes a task's copies. */
  async remove(taskId: string): Promise<void> {
    // What cannot be removed is removed by the next start.
    await rm(join(this.#folder, taskId), { recursive: true, force: true }).catch(() => undefined);
  }
}
