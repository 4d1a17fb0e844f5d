import * as esbuild from "esbuild";
import { chmod, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { JOB_NAMES, type JobName } from "../functions/shared/declared-jobs.ts";
import { readFiles, readImageContext, removeOthers } from "./image-contexts.ts";
import { INPUTS_FILE, inputsOf, inputsText, isMadeOf, readInputs } from "./bundle-inputs.ts";
import { removeOtherMaps, writeSourceMaps } from "./source-maps.ts";
import { FUNCTION_NAMES, type FunctionName } from "./workflows.ts";

const OUT = ".build";

/** What the program deploys as code, as paths relative to the project folder. */
export interface Build {
  /** One file per function, `index.mjs`, whose handler is `index.handler`. */
  readonly functions: Readonly<Record<FunctionName, string>>;
  /** Build context of each job's image: the Dockerfile, bundled TypeScript and the other files of the job's folder. */
  readonly imageContexts: Readonly<Record<JobName, string>>;
}

/**
 * Bundles the functions and the jobs below `.build`. The same sources give the same bytes in any folder and on any machine:
 * otherwise every deployment from another machine would publish new versions. Files whose bytes are unchanged are left
 * alone, so that a running build or stack that reads them is not disturbed.
 *
 * @param projectFolder absolute path of the folder with Pulumi.yaml
 * @throws Error whose message says what is wrong, and where
 * @param changed absolute paths of the sources that have changed since the last bundle: what has none of them is left as it is
 */
export async function bundle(projectFolder: string, changed?: readonly string[]): Promise<Build> {
  const handlers = FUNCTION_NAMES.map((name) => ({ in: `functions/${name}/handler.ts`, out: `functions/${name}/index` }));
  const imageContexts = Object.fromEntries(JOB_NAMES.map((name) => [name, join(OUT, "container", name)])) as Record<JobName, string>;
  const contexts = await Promise.all(JOB_NAMES.map(async (name) => ({ name, ...(await readImageContext(projectFolder, name, join("container", name))) })));
  const known = changed && (await readInputs(projectFolder, OUT));
  const all = [...handlers, ...contexts.flatMap(({ entries }) => entries)];
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: projectFolder,
    entryPoints: known === undefined ? all : all.filter(({ out }) => isMadeOf(known[join(OUT, `${out}.mjs`)], projectFolder, changed)),
    metafile: true,
    outdir: OUT,
    outExtension: { ".js": ".mjs" },
    write: false,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // The packages' ES modules rather than their CommonJS builds: smaller, and they load without a `require`.
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    logLevel: "silent",
    // No comment in a bundle names its map, so that the archives are the same with and without.
    sourcemap: "external",
    sourcesContent: false,
  });
  await writeSourceMaps(projectFolder, outputFiles, writeIfChanged);
  const bundles = outputFiles.filter(({ path }) => !path.endsWith(".map"));
  await Promise.all(bundles.map(({ path, contents }) => writeIfChanged(path, contents)));
  await removeOtherMaps(projectFolder, all.map(({ out }) => join(OUT, `${out}.mjs`)));
  for (const { name, entries, files } of contexts) {
    const folder = join(projectFolder, imageContexts[name]);
    const copied = await readFiles(projectFolder, name, files);
    await Promise.all(copied.map(({ file, contents, mode }) => writeIfChanged(join(folder, file), contents, mode)));
    await removeOthers(folder, new Set([...files.map((file) => join(folder, file)), ...entries.map(({ out }) => join(projectFolder, OUT, `${out}.mjs`))]));
  }
  const folders = Object.fromEntries(JOB_NAMES.map((name) => [imageContexts[name], [join("container", name)]]));
  await writeIfChanged(join(projectFolder, OUT, INPUTS_FILE), inputsText({ ...known, ...inputsOf(metafile), ...folders }));
  const functions = Object.fromEntries(FUNCTION_NAMES.map((name) => [name, join(OUT, "functions", name, "index.mjs")])) as Record<FunctionName, string>;
  return { functions, imageContexts };
}

/** @param mode permissions, of which Docker copies those of the owner into the image */
async function writeIfChanged(path: string, contents: Uint8Array, mode = 0o644): Promise<void> {
  const present = await readFile(path).catch(() => undefined);
  if (present?.equals(contents) && ((await stat(path)).mode & 0o777) === mode) return;
  // Written beside and moved into place: a reader sees the old file or the new one, never a part.
  const draft = join(dirname(path), `.${basename(path)}.draft-${process.pid}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, contents);
    await chmod(draft, mode);
    await rename(draft, path);
  } catch (error) {
    throw new Error(`The bundle ${path} cannot be written: ${(error as Error).message}. The project's folder needs room and write permission, for ${OUT}.`);
  }
}
