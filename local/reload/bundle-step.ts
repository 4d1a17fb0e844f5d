import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as z from "zod";
import { UserError } from "../errors.ts";

/**
 * How a program bundles its code, as the program itself writes it to `.build/inputs.json` when it does: so that a change of
 * code alone can be bundled without an evaluation.
 */
export interface BundleStep {
  /** Arguments of Node, run in the program's folder, followed by the files that have changed. */
  readonly command: readonly string[];
  /** Absolute paths of the sources: files, and folders with everything in them. */
  readonly inputs: ReadonlySet<string>;
}

const schema = z.object({ command: z.array(z.string()).min(1), outputs: z.record(z.string(), z.array(z.string())) });

/** @returns nothing for a program that writes no such file */
export async function readBundleStep(projectFolder: string): Promise<BundleStep | undefined> {
  const text = await readFile(join(projectFolder, ".build", "inputs.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { command, outputs } = schema.parse(JSON.parse(text));
  return { command, inputs: new Set(Object.values(outputs).flatMap((inputs) => inputs.map((input) => resolve(projectFolder, input)))) };
}

/**
 * Bundles what the changed files are part of.
 *
 * @throws UserError with the message of the step: file, line and what is wrong
 * @throws the reason of `signal` when it is aborted
 */
export async function runBundleStep({ command }: BundleStep, projectFolder: string, changed: readonly string[], signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [...command, ...changed], { cwd: projectFolder, stdio: ["ignore", "ignore", "pipe"], signal, killSignal: "SIGKILL" });
  let printed = "";
  child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  if (code !== 0) throw new UserError(printed.trim() || `node ${command.join(" ")} ended with exit code ${String(code)}.`);
}
