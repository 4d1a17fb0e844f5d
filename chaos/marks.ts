import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mark } from "./program/evidence.ts";

const KINDS: readonly Mark[] = ["steps", "callbacks", "notes"];

/** What the functions of `chaos/program` have left behind. */
export class Marks {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const kind of KINDS) writeFileSync(join(folder, `${kind}.log`), "");
  }

  /** The words of each complete line. */
  read(kind: Mark): string[][] {
    const lines = readFileSync(join(this.folder, `${kind}.log`), "utf8").split("\n");
    return lines.slice(0, -1).map((line) => line.split(" "));
  }
}
