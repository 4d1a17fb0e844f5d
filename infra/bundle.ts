import * as esbuild from "esbuild";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FUNCTION_NAMES, type FunctionName } from "./names.ts";

const OUT = ".build";

/** What the program deploys as code, as paths relative to the project folder. */
export interface Build {
  /** One file per function, `index.mjs`, whose handler is `index.handler`. */
  readonly functions: Readonly<Record<FunctionName, string>>;
  /** Build context of the job's image: the Dockerfile, `job.mjs` and `work.mjs`. */
  readonly imageContext: string;
}

/**
 * Bundles the functions and the job below `.build`. The same sources give the same bytes in any folder and on any machine:
 * otherwise every deployment from another machine would publish new versions. Files whose bytes are unchanged are left
 * alone, so that a running build or stack that reads them is not disturbed.
 *
 * @param projectFolder absolute path of the folder with Pulumi.yaml
 */
export async function bundle(projectFolder: string): Promise<Build> {
  const handlers = FUNCTION_NAMES.map((name) => ({ in: `functions/${name}/handler.ts`, out: `functions/${name}/index` }));
  const job = [
    { in: "container/main.ts", out: "container/job" },
    { in: "container/work-main.ts", out: "container/work" },
  ];
  const { outputFiles } = await esbuild.build({
    absWorkingDir: projectFolder,
    entryPoints: [...handlers, ...job],
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
  });
  const imageContext = join(OUT, "container");
  const dockerfile = { path: join(projectFolder, imageContext, "Dockerfile"), contents: await readFile(join(projectFolder, "container/Dockerfile")) };
  await Promise.all([...outputFiles, dockerfile].map(({ path, contents }) => writeIfChanged(path, contents)));
  const functions = Object.fromEntries(FUNCTION_NAMES.map((name) => [name, join(OUT, "functions", name, "index.mjs")])) as Record<FunctionName, string>;
  return { functions, imageContext };
}

async function writeIfChanged(path: string, contents: Uint8Array): Promise<void> {
  const present = await readFile(path).catch(() => undefined);
  if (present?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  // Written beside and moved into place: a reader sees the old file or the new one, never a part.
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}`);
  await writeFile(draft, contents);
  await rename(draft, path);
}
