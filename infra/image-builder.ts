import * as pulumi from "@pulumi/pulumi";
import { DockerfileParser, From } from "dockerfile-ast";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobDeclaration } from "../container/kit/define-job.ts";

/** Platforms whose programs a builder can run, or why there is no builder. */
export type Builder = { readonly platforms: readonly string[] } | { readonly missing: string };

/** A job whose image runs programs while it is built. */
export interface RunningBuild {
  readonly job: string;
  readonly architecture: "arm64" | "amd64";
}

/** Milliseconds: a daemon that does not answer must hold up nothing. */
const TIMEOUT = 20_000;

const MACHINE = process.arch === "x64" ? "amd64" : process.arch;

/** @returns the jobs whose Dockerfile has a RUN for the image's own platform */
export async function runningBuilds(projectFolder: string, jobs: Readonly<Record<string, JobDeclaration>>): Promise<RunningBuild[]> {
  const read = async ([job, { architecture = "arm64" }]: [string, JobDeclaration]): Promise<RunningBuild[]> =>
    runsInImage(await readFile(join(projectFolder, "container", job, "Dockerfile"), "utf8")) ? [{ job, architecture }] : [];
  return (await Promise.all(Object.entries(jobs).map(read))).flat();
}

/** Whether a Dockerfile has a RUN in a stage of the image's platform. A stage `--platform=$BUILDPLATFORM` runs on the builder's own. */
export function runsInImage(dockerfile: string): boolean {
  let native = false;
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    if (instruction instanceof From) native = instruction.getPlatformFlag()?.getValue() === "$BUILDPLATFORM";
    else if (instruction.getKeyword() === "RUN" && !native) return true;
  }
  return false;
}

/** Asks Docker for its builder. Without the plugin buildx, the daemon itself is the builder. Inspecting starts neither. */
export async function readBuilder(): Promise<Builder> {
  const buildx = await docker("buildx", "inspect");
  if ("stdout" in buildx) return { platforms: platformsOf(buildx.stdout) };
  const daemon = await docker("version", "--format", "{{.Server.Os}}/{{.Server.Arch}}");
  return "stdout" in daemon ? { platforms: [daemon.stdout.trim()] } : { missing: daemon.error };
}

/** @param inspection what `docker buildx inspect` prints: a line `Platforms:` for each node of the builder */
export function platformsOf(inspection: string): string[] {
  return [...inspection.matchAll(/^Platforms:(.*)$/gm)].flatMap(([, list = ""]) => list.split(",").map((platform) => platform.trim().replace("*", ""))).filter((platform) => platform !== "");
}

/** What to install before the images can be built, or undefined if nothing is missing. */
export function builderFault(builds: readonly RunningBuild[], builder: Builder): string | undefined {
  if ("missing" in builder) return `There is no Docker to build the jobs' images: ${builder.missing}. Install Docker (or another BuildKit that docker buildx knows) and start it.`;
  const foreign = builds.filter(({ architecture }) => !builder.platforms.some((platform) => platform.startsWith(`linux/${architecture}`)));
  if (foreign.length === 0) return undefined;
  const architectures = [...new Set(foreign.map(({ architecture }) => architecture))].join(",");
  return [
    `The Dockerfile of ${foreign.map(({ job, architecture }) => `${job} (${architecture})`).join(", ")} has a RUN, and the builder cannot run programs of that architecture (it lists ${builder.platforms.join(", ") || "no platform"}).`,
    `Install an emulator (docker run --privileged --rm tonistiigi/binfmt --install ${architectures}), use a builder on ${architectures}, or put the RUN in a stage FROM --platform=$BUILDPLATFORM.`,
  ].join(" ");
}

/**
 * Stops an update before it builds an image that this machine cannot build. A preview builds nothing, and neither does an evaluation
 * without an engine.
 *
 * @throws pulumi.RunError that says what to install
 */
export async function requireImageBuilder(projectFolder: string, jobs: Readonly<Record<string, JobDeclaration>>): Promise<void> {
  if (pulumi.runtime.isDryRun() || !pulumi.runtime.hasEngine()) return;
  const foreign = (await runningBuilds(projectFolder, jobs)).filter(({ architecture }) => architecture !== MACHINE);
  const fault = foreign.length === 0 ? undefined : builderFault(foreign, await readBuilder());
  if (fault !== undefined) throw new pulumi.RunError(fault);
}

function docker(...args: readonly string[]): Promise<{ readonly stdout: string } | { readonly error: string }> {
  return new Promise((resolve) => {
    execFile("docker", args, { timeout: TIMEOUT }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout });
      else if (error.code === "ENOENT") resolve({ error: "there is no command docker" });
      else if (error.killed === true) resolve({ error: `docker does not answer within ${TIMEOUT / 1000} s` });
      else resolve({ error: stderr.trim().split("\n").at(-1) ?? error.message });
    });
  });
}
