import { DockerfileParser, From } from "dockerfile-ast";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.ts";
import { ok, problem, type Judgement } from "../finding.ts";

/** The platform of the job's task definition (infra/job-runtime.ts). */
const PLATFORM = "linux/arm64";
export const DOCKERFILE = "container/sample/Dockerfile";

export interface ImageBuilder {
  /** Whether building the image runs a program of the image's own platform. */
  readonly runsInImage: boolean;
  /** Platforms whose programs the builder can run, or why there is no builder. */
  readonly builder: { readonly platforms: readonly string[] } | { readonly missing: string };
}

export async function readImageBuilder(projectFolder: string): Promise<ImageBuilder> {
  return { runsInImage: runsInImage(await readFile(join(projectFolder, DOCKERFILE), "utf8")), builder: await readBuilder() };
}

/** Without the plugin buildx, the Docker daemon itself is the builder. Inspecting starts neither. */
async function readBuilder(): Promise<ImageBuilder["builder"]> {
  const buildx = await run("docker", ["buildx", "inspect"]);
  if (buildx.code === 0) return { platforms: platformsOf(buildx.stdout) };
  const daemon = await run("docker", ["version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"]);
  return daemon.code === 0 ? { platforms: [daemon.stdout.trim()] } : { missing: daemon.lastError };
}

/** @param inspection what `docker buildx inspect` prints: a line `Platforms:` for each node of the builder */
export function platformsOf(inspection: string): string[] {
  return [...inspection.matchAll(/^Platforms:(.*)$/gm)].flatMap(([, list = ""]) => list.split(",").map((platform) => platform.trim().replace("*", ""))).filter((platform) => platform !== "");
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

export function judgeImageBuilder({ runsInImage: runs, builder }: ImageBuilder): Judgement {
  if ("missing" in builder) return problem(`There is no Docker to build the job's image: ${builder.missing}`, "Install Docker (or another BuildKit that docker buildx knows) and start it.");
  if (!runs) return ok(`Docker is there. ${DOCKERFILE} only copies files into an arm64 base and has no RUN, so that no emulator is needed.`);
  if (builder.platforms.includes(PLATFORM)) return ok(`The builder can run programs of ${PLATFORM}, which ${DOCKERFILE} does.`);
  return problem(
    `${DOCKERFILE} has a RUN, and the builder cannot run programs of ${PLATFORM} (it lists ${builder.platforms.join(", ") || "no platform"}).`,
    "Install an emulator (docker run --privileged --rm tonistiigi/binfmt --install arm64), use a builder on arm64, or put the RUN in a stage FROM --platform=$BUILDPLATFORM.",
  );
}
