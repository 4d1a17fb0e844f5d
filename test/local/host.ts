import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

/**
 * Starts the local stack in a process of its own, to be killed. Resolves when it is ready.
 *
 * @param projectFolder of another program than this project
 * @param watch whether saved changes of the program are put into effect
 */
export async function startHost(data: string, projectFolder?: string, watch?: "watch"): Promise<ChildProcess> {
  const parameters = [data, projectFolder, watch].filter((parameter) => parameter !== undefined);
  const child = spawn(process.execPath, [join(import.meta.dirname, "stack-host.ts"), ...parameters], { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise((resolve, reject) => {
    child.stdout.once("data", resolve);
    child.once("exit", () => reject(new Error("The stack ended before it was ready.")));
  });
  return child;
}

export async function killHost(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exit;
}
