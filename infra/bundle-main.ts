/** Bundles again what the given files are part of, or everything: for the local stack, when a file is saved. */
import { bundle } from "./bundle.ts";

const changed = process.argv.slice(2);
try {
  await bundle(process.cwd(), changed.length > 0 ? changed : undefined);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
