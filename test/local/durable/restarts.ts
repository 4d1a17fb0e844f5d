import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock, type Handler, World } from "./world.ts";

type Functions = Readonly<Record<string, Handler>>;

/** Engines that follow each other on what a kill leaves on the disk. */
export class Restarts {
  readonly #folder = mkdtempSync(join(tmpdir(), "durable-"));
  readonly #worlds: World[] = [];
  #clock = new FakeClock();
  #generation = 0;

  open(functions: Functions): World {
    const world = new World({ file: this.#file(), clock: this.#clock });
    for (const [name, handler] of Object.entries(functions)) world.durable(name, handler, { durable: { executionTimeoutSeconds: 600, retentionDays: 1 } });
    this.#worlds.push(world);
    return world;
  }

  /** The disk as a kill at this moment would leave it, taken up by a new engine; the old one knows nothing of it and may go on. */
  async killAndRestart(functions: Functions, downSeconds = 0): Promise<World> {
    const from = this.#file();
    this.#generation++;
    for (const suffix of ["", "-wal"]) cpSync(from + suffix, this.#file() + suffix);
    this.#clock = new FakeClock(this.#clock.speed).startAt(this.#clock.now() + downSeconds * 1000);
    const world = this.open(functions);
    world.engine.resume();
    await world.pass(0);
    return world;
  }

  close(): void {
    for (const world of this.#worlds) world.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #file(): string {
    return join(this.#folder, `store-${this.#generation}`);
  }
}
