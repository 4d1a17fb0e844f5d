import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { ok, warning, type Judgement } from "../finding.ts";
import { pulumiHome } from "./pulumi-cli.ts";

export interface Plugins {
  /** As Pulumi names their folders: `resource-aws-v7.48.0`. */
  readonly needed: readonly string[];
  readonly present: ReadonlySet<string>;
}

/** The plugin's version is the package's unless it says otherwise. Either may begin with v, as that of @pulumi/docker does. */
const sdk = z.looseObject({ version: z.string(), pulumi: z.looseObject({ resource: z.boolean().optional(), name: z.string().optional(), version: z.string().optional() }).optional() });

const lockfile = z.looseObject({ packages: z.record(z.string(), z.looseObject({ name: z.string().optional() })) });

/**
 * The provider plugins of the SDKs that are installed: the engine downloads all of them, because Pulumi's Node language host reports
 * every such package in node_modules. awsx brings docker-build along, which builds the image.
 */
export function readPlugins(projectFolder: string, environment: NodeJS.ProcessEnv): Plugins {
  const readJson = (file: string): unknown => JSON.parse(readFileSync(join(projectFolder, file), "utf8"));
  // A package may be installed under another name: the lock file has its own.
  const packages = Object.entries(lockfile.parse(readJson("package-lock.json")).packages).filter(([path, { name }]) => /^(node_modules\/)?@pulumi\/[^/]+$/.test(name ?? path));
  const needed = packages.flatMap(([path]) => {
    const { pulumi, version } = sdk.parse(readJson(join(path, "package.json")));
    return pulumi?.resource === true && pulumi.name !== undefined ? [`resource-${pulumi.name}-v${(pulumi.version ?? version).replace(/^v/, "")}`] : [];
  });
  return { needed, present: new Set(readFolder(join(pulumiHome(environment), "plugins"))) };
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function judgePlugins({ needed, present }: Plugins): Judgement {
  const missing = needed.filter((plugin) => !present.has(plugin));
  if (missing.length === 0) return ok(`The provider plugins are there: ${needed.join(", ")}`);
  return warning(`The first preview downloads provider plugins from GitHub or get.pulumi.com: ${missing.join(", ")}`, "Nothing, if both can be reached. npx pulumi install downloads them beforehand.");
}
