import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";

const WORKFLOWS = join(import.meta.dirname, "../../.github/workflows");

const workflow = z.looseObject({
  defaults: z.object({ run: z.object({ shell: z.string() }) }).optional(),
  jobs: z.record(z.string(), z.looseObject({ steps: z.array(z.looseObject({ name: z.string().optional(), run: z.string().optional(), shell: z.string().optional() })).default([]) })),
});

export interface Ended {
  readonly status: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/** Runs the script of a workflow's step in a folder, with the shell that GitHub would use. Commands by these names are replaced by scripts of bash. */
export function runStep(file: string, stepName: string, folder: string, commands: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Ended {
  const { defaults, jobs } = workflow.parse(parse(readFileSync(join(WORKFLOWS, file), "utf8")));
  const step = Object.values(jobs).flatMap(({ steps }) => steps).find(({ name }) => name === stepName);
  if (step?.run === undefined) throw new Error(`${file} has no step ${stepName} with a script`);
  const bin = join(folder, ".git/bin");
  mkdirSync(bin, { recursive: true });
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  // GitHub's "Workflow syntax" has these command lines: pipefail only where the shell is named.
  const named = step.shell ?? defaults?.run.shell;
  const args = named === "bash" ? ["--noprofile", "--norc", "-eo", "pipefail"] : ["-e"];
  const { status, stdout, stderr } = spawnSync("bash", [...args, "-c", step.run], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env, PATH: [bin, process.env.PATH].join(delimiter) },
  });
  return { status, output: stdout + stderr };
}

/** Runs git in a folder. @returns what it prints, without the last line break */
export function git(folder: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...args], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}
