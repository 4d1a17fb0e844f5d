import { hash } from "node:crypto";
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix, relative, resolve } from "node:path";
import dockerignore from "@balena/dockerignore";
import type { ImageDeclaration } from "../declarations.ts";
import { UserError } from "../errors.ts";
import { type CopyPlan, type ImagePlan, parseDockerfile } from "./dockerfile.ts";
import { describeNotExecuted } from "./not-executed.ts";

/** A container image, unpacked: what a task's processes are started from. */
export interface Image {
  /** `sha256:…` of content and configuration. */
  readonly digest: string;
  /** Of its files alone; absent in images that were unpacked before this was recorded. */
  readonly filesDigest?: string;
  /** Stands for `/` of the container. */
  readonly rootFolder: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly stopSignal: NodeJS.Signals;
  /** Absolute paths that the image's own files are at or below. Absent, like the next, in images that were unpacked by earlier versions. */
  readonly targets?: readonly string[];
  /** What the local stack has left out, one line each. */
  readonly notExecuted?: readonly string[];
  readonly baseImage?: string;
}

/**
 * Unpacks a declared image below `imagesFolder`, in a folder named after its content, in place of what may be there already:
 * tasks run from copies, and what is there may have been changed.
 *
 * @param intact root folders that are left as they are
 * @throws UserError naming what the Dockerfile asks for and cannot have
 */
export function materialiseImage(declaration: ImageDeclaration, imagesFolder: string, intact: ReadonlySet<string> = new Set()): Image {
  const plan = parseDockerfile(readText(declaration.dockerfile), relative(process.cwd(), declaration.dockerfile));
  mkdirSync(imagesFolder, { recursive: true });
  // Ends the search for a package.json that decides what `.js` means: a container would not see the one of this project.
  writeFileSync(join(imagesFolder, "package.json"), "{}\n");

  const draft = mkdtempSync(join(imagesFolder, "draft-"));
  try {
    const { digest, files, targets } = unpack(plan, declaration, draft);
    const rootFolder = join(imagesFolder, digest);
    if (!intact.has(rootFolder)) {
      rmSync(rootFolder, { recursive: true, force: true });
      renameSync(draft, rootFolder);
    }
    const { workingDirectory, environment, entryPoint, command, stopSignal, baseImage } = plan;
    const notExecuted = plan.notExecuted.map(describeNotExecuted);
    return { digest: `sha256:${digest}`, filesDigest: files, rootFolder, workingDirectory, environment, entryPoint, command, stopSignal, targets, notExecuted, baseImage };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Carries out the COPY instructions. @returns the digests of image and files, and where the files are */
function unpack(plan: ImagePlan, declaration: ImageDeclaration, root: string): { digest: string; files: string; targets: string[] } {
  mkdirSync(join(root, plan.workingDirectory), { recursive: true });
  const context = new BuildContext(declaration);
  const { workingDirectory, environment, entryPoint, command, stopSignal, copies } = plan;
  const configuration = { workingDirectory, environment, entryPoint, command, stopSignal };
  const files: FileMap = new Map();
  const targets = new Set(plan.workingDirectory === "/" ? [] : [plan.workingDirectory]);
  for (const copy of copies) {
    for (const { source, destination } of context.files(copy, (path) => isFolder(join(root, path)))) {
      const content = readFileSync(source);
      // The stack's user reads every file, whatever user the image has.
      const mode = (copy.mode ?? statSync(source).mode & 0o777) | 0o400;
      const target = join(root, destination);
      mkdirSync(dirname(target), { recursive: true });
      // A later COPY replaces a file that may be read-only.
      rmSync(target, { force: true });
      writeFileSync(target, content);
      chmodSync(target, mode);
      files.set(destination, describeFile(mode, content));
      // Of `COPY . /`, each entry: everything else below / is this machine's.
      targets.add(copy.destination === "/" ? `/${destination.split("/")[1] ?? ""}` : copy.destination.replace(/\/$/, ""));
    }
  }
  return {
    targets: [...targets],
    digest: hash("sha256", JSON.stringify([configuration, sorted(files)])),
    files: hash("sha256", JSON.stringify(sorted(files))),
  };
}

/** Mode and digest of files, by absolute path inside the image. */
type FileMap = Map<string, string>;

/** The digest of an unpacked image's files as they are now. */
export function filesDigest(rootFolder: string): string {
  const files: FileMap = new Map();
  for (const path of readdirSync(rootFolder, { recursive: true, encoding: "utf8" })) {
    const file = join(rootFolder, path);
    if (!isFolder(file)) files.set(posix.join("/", ...path.split(/[\\/]/)), describeFile(statSync(file).mode & 0o777, readFileSync(file)));
  }
  return hash("sha256", JSON.stringify(sorted(files)));
}

function describeFile(mode: number, content: Buffer): string {
  return `${mode.toString(8)} ${hash("sha256", content)}`;
}

function sorted(files: FileMap): [string, string][] {
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1));
}

interface CopiedFile {
  /** On this machine. */
  readonly source: string;
  /** Absolute inside the image. */
  readonly destination: string;
}

class BuildContext {
  readonly #folder: string;
  readonly #included: (path: string) => boolean;

  constructor({ contextFolder, dockerfile }: ImageDeclaration) {
    this.#folder = resolve(contextFolder);
    const rules = [`${dockerfile}.dockerignore`, join(contextFolder, ".dockerignore")].find((file) => existsSync(file));
    this.#included = rules === undefined ? () => true : dockerignore.default().add(readText(rules)).createFilter();
  }

  /** Every file of a COPY: of a folder its content, of a file itself. */
  files(copy: CopyPlan, isImageFolder: (path: string) => boolean): CopiedFile[] {
    const found = copy.sources.flatMap((source) => this.#source(copy, source));
    const manyFiles = found.length > 1 && copy.sources.some((source) => isGlob(source));
    const intoFolder = copy.destination.endsWith("/") || manyFiles || isImageFolder(copy.destination);
    return found.flatMap((source): CopiedFile[] => {
      if (!isFolder(source)) {
        const destination = intoFolder ? posix.join(copy.destination, basename(source)) : copy.destination;
        return this.#includes(source) ? [{ source, destination }] : [];
      }
      return readdirSync(source, { recursive: true, encoding: "utf8" })
        .map((path) => ({ source: join(source, path), destination: posix.join(copy.destination, ...path.split(/[\\/]/)) }))
        // Sockets, pipes and links to nothing have no content.
        .filter((file) => isFile(file.source) && this.#includes(file.source));
    });
  }

  #source(copy: CopyPlan, pattern: string): string[] {
    const path = resolve(this.#folder, `.${posix.resolve("/", pattern)}`);
    const found = isGlob(pattern) ? globSync(path).sort() : [path].filter((file) => existsSync(file));
    if (!found.some((file) => isFolder(file) || this.#includes(file))) {
      throw new UserError(`${copy.origin} finds nothing in the build context: ${pattern}`);
    }
    return found;
  }

  #includes(file: string): boolean {
    return this.#included(relative(this.#folder, file));
  }
}

function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`The image cannot be made: ${(error as Error).message}`, { cause: error });
  }
}
