import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Image } from "./images.ts";

type ImageFiles = Pick<Image, "rootFolder" | "targets">;

/** The absolute paths of a text, as a shell sees them. Not those of URLs, whose slash follows a name or another slash. */
const ABSOLUTE_PATH = /(?<![^\s"'=:;,()<>|&`])\/(?!\/)[\w.@%+/-]*/g;

/**
 * An absolute path of the image as a path of this machine: one that the image has, or that is below the target of a COPY and that this
 * machine doesn't have, such as a file that the job writes.
 */
export function insideImage(path: string, { rootFolder, targets = [] }: ImageFiles): string {
  const copied = targets.some((target) => path === target || path.startsWith(`${target}/`));
  const inImage = join(rootFolder, path);
  return copied && (existsSync(inImage) || !existsSync(path)) ? inImage : path;
}

/** Words of a command: paths, options such as `--file=/app/x`, and a shell's script with all of its paths. */
export function mapCommand(words: readonly string[], image: ImageFiles): string[] {
  return words.map((word, index) => (words[index - 1] === "-c" ? mapPaths(word, image) : mapValue(word, image)));
}

/** A value that consists of paths, such as `/app/data` or `/app/lib:/usr/lib`. Any other text stays as it is, whatever it mentions. */
export function mapValue(value: string, image: ImageFiles): string {
  return /^(-{0,2}[\w-]+=)?(?:[\w./-]*:)*\/[\w.@%+/:-]*$/.test(value) ? mapPaths(value, image) : value;
}

function mapPaths(text: string, image: ImageFiles): string {
  return text.replace(ABSOLUTE_PATH, (path) => insideImage(path, image));
}
