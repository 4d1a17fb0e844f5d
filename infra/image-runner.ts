import type { RunningBuild } from "./image-builder.ts";

/** GitHub's hosted runners by architecture. */
const LABELS = { amd64: "ubuntu-24.04", arm64: "ubuntu-24.04-arm" } as const;

/**
 * The runner on which images are built by programs of their own architecture. One update builds all images: with jobs of both
 * architectures, it runs on the one of most jobs and emulates the other.
 *
 * @returns `emulate`: architectures, separated by commas; empty where nothing has to be emulated
 */
export function runnerOf(builds: readonly RunningBuild[]): { readonly label: string; readonly emulate: string } {
  const arm = builds.filter(({ architecture }) => architecture === "arm64").length;
  const native = arm > 0 && arm >= builds.length - arm ? "arm64" : "amd64";
  return { label: LABELS[native], emulate: [...new Set(builds.map(({ architecture }) => architecture).filter((each) => each !== native))].join(",") };
}
