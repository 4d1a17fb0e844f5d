import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  /** With Brotli. */
  readonly compressed: Buffer;
}

const compress = promisify(brotliCompress);
const SOURCES = join(import.meta.dirname, "../../console");

/** The page: its document, its script and its style, by path. Bundled from the sources in `console/`. */
export async function buildAssets(): Promise<ReadonlyMap<string, Asset>> {
  // Loaded when somebody opens the console: a start of the stack does not pay for it.
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    absWorkingDir: SOURCES,
    entryPoints: { app: "main.tsx", style: "style.css" },
    outdir: ".",
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "silent",
  });
  const script = outputFiles.find(({ path }) => path.endsWith(".js"));
  const style = outputFiles.find(({ path }) => path.endsWith(".css"));
  if (script === undefined || style === undefined) throw new Error("The console's bundle is incomplete.");
  const entries: [string, string, Uint8Array][] = [
    ["/", "text/html; charset=utf-8", await readFile(join(SOURCES, "index.html"))],
    ["/console/app.js", "text/javascript; charset=utf-8", script.contents],
    ["/console/style.css", "text/css; charset=utf-8", style.contents],
    ["/console/icon.svg", "image/svg+xml", await readFile(join(SOURCES, "icon.svg"))],
  ];
  return new Map(
    await Promise.all(
      entries.map(async ([path, type, contents]) => [path, { type, body: Buffer.from(contents), compressed: await compress(contents) }] as const),
    ),
  );
}
