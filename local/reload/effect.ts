import { extname, sep } from "node:path";

/** What is known of the program that runs. All paths are absolute. */
export interface KnownFiles {
  /** Modules that the evaluation loaded. */
  readonly modules: ReadonlySet<string>;
  /** Sources of the bundle step: files and folders. Absent where the program has no such step. */
  readonly bundled?: ReadonlySet<string>;
  /** Code that is deployed as it is: files and folders. */
  readonly code: ReadonlySet<string>;
}

export type Effect =
  | { readonly kind: "none" }
  /** The code is read again; before that, the bundle step runs for the files in `toBundle`. */
  | { readonly kind: "publish"; readonly toBundle: readonly string[] }
  | { readonly kind: "evaluate" };

const PULUMI_SETTINGS = /[\\/]Pulumi(\.[^\\/]+)?\.ya?ml$/;
const MODULES = new Set([".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx"]);

/** What has to be done about changed files. A file that nothing is known of may be read by the evaluation. */
export function effectOf(changed: readonly string[], known: KnownFiles): Effect {
  const toBundle: string[] = [];
  let publish = false;
  for (const path of changed) {
    if (known.modules.has(path) || PULUMI_SETTINGS.test(path)) return { kind: "evaluate" };
    if (known.bundled !== undefined && isIn(path, known.bundled)) toBundle.push(path);
    else if (isIn(path, known.code)) publish = true;
    // With a bundle step all modules are known: this one belongs to something else, such as a test.
    else if (known.bundled === undefined || !MODULES.has(extname(path))) return { kind: "evaluate" };
  }
  return publish || toBundle.length > 0 ? { kind: "publish", toBundle } : { kind: "none" };
}

function isIn(path: string, places: ReadonlySet<string>): boolean {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf(sep))) {
    if (places.has(at)) return true;
    if (!at.includes(sep)) return false;
  }
}
