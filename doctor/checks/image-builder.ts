import * as jobs from "../../container/index.ts";
import { type Builder, builderFault, readBuilder, type RunningBuild, runningBuilds } from "../../infra/image-builder.ts";
import { ok, problem, type Judgement } from "../finding.ts";

export interface ImageBuilder {
  readonly builds: readonly RunningBuild[];
  readonly builder: Builder;
}

export async function readImageBuilder(projectFolder: string): Promise<ImageBuilder> {
  return { builds: await runningBuilds(projectFolder, jobs), builder: await readBuilder() };
}

export function judgeImageBuilder({ builds, builder }: ImageBuilder): Judgement {
  const fault = builderFault(builds, builder);
  if (fault !== undefined) {
    const sentence = /^(.*?\.) (?=Install)/s.exec(fault)?.[1] ?? fault;
    return problem(sentence, fault.slice(sentence.length + 1));
  }
  if (builds.length === 0) return ok("Docker is there. The Dockerfiles only copy files and have no RUN, so that no emulator is needed.");
  return ok(`The builder can run the programs that ${builds.map(({ job, architecture }) => `${job} (${architecture})`).join(", ")} runs while its image is built.`);
}
