import { accessSync, constants, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, sep } from "node:path";
import * as z from "zod";
import { ok, warning, type Judgement } from "../finding.ts";

/** Where Pulumi's CLI is, and whether `npx pulumi` would have to download it. */
export interface PulumiCli {
  /** The version that package-lock.json names, which `npx pulumi` runs. */
  readonly version: string;
  /** What `npx pulumi` has downloaded, if it has. */
  readonly downloaded?: string;
  /** Another one on the PATH. */
  readonly other?: string;
}

const EXECUTABLE = process.platform === "win32" ? "pulumi.exe" : "pulumi";

export function pulumiHome(environment: NodeJS.ProcessEnv): string {
  return environment["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
}

/** Finds the CLI without running the npm package `pulumi`, which would download it (its README, "How it works"). */
export function findPulumi(projectFolder: string, environment: NodeJS.ProcessEnv): PulumiCli {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(projectFolder, "node_modules/pulumi/package.json"), "utf8")));
  const downloaded = join(pulumiHome(environment), "versions", environment["PULUMI_VERSION"] ?? version, "bin", EXECUTABLE);
  const others = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "" && !folder.endsWith(join("node_modules", ".bin")) && !folder.includes(`${sep}node_modules${sep}`));
  return { version, downloaded: isExecutable(downloaded) ? downloaded : undefined, other: others.map((folder) => join(folder, EXECUTABLE)).find(isExecutable) };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The language host of Node is beside the CLI, and found by the PATH. */
export function withCliOnPath(cli: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, PATH: `${dirname(cli)}${delimiter}${environment["PATH"] ?? ""}`, PULUMI_SKIP_UPDATE_CHECK: "true" };
}

export function judgePulumiCli({ version, downloaded, other }: PulumiCli): Judgement {
  if (downloaded !== undefined) return ok(`Pulumi's CLI ${version} is there: ${downloaded}`);
  const instead = other === undefined ? "" : ` Another one is on the PATH (${other}), which npx does not run.`;
  return warning(`Pulumi's CLI ${version} is not downloaded yet.${instead}`, "npx pulumi version downloads it once from get.pulumi.com into ~/.pulumi/versions.");
}
