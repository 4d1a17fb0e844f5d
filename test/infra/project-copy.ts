import { cp, mkdtemp, readdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluateProgram } from "../../local/program/evaluate.ts";
import { publish } from "../../local/program/publish.ts";
import { PROJECT_FOLDER } from "./mocks.ts";

/** What the programs need nothing of. */
const LEFT_OUT = new Set([".git", ".build", ".local", "node_modules", "test"]);

/** Copies the project to a temporary folder, where a test changes it. @returns the folder */
export async function copyProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "project-"));
  for (const name of await readdir(PROJECT_FOLDER)) {
    if (!LEFT_OUT.has(name)) await cp(join(PROJECT_FOLDER, name), join(folder, name), { recursive: true });
  }
  await symlink(join(PROJECT_FOLDER, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** Evaluates the program of a folder in a process of its own. */
export async function evaluateCopy(projectFolder: string, stack: string) {
  const evaluation = await evaluateProgram({ projectFolder, stack, endpoint: "http://127.0.0.1:4570" });
  return { project: evaluation.project, ...(await publish(evaluation, {})) };
}
