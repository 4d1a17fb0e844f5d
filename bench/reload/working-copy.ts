import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LEFT_OUT = new Set([".git", ".build", ".local", "node_modules"]);
const HANDLER = "functions/math/handler.ts";
const SETTINGS = "Pulumi.dev.yaml";

/** A copy of the project, with a handler of math whose answer tells which save it is of. */
export class WorkingCopy {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async of(project: string): Promise<WorkingCopy> {
    const copy = new WorkingCopy(await mkdtemp(join(tmpdir(), "bench-copy-")));
    for (const name of await readdir(project)) {
      if (!LEFT_OUT.has(name)) await cp(join(project, name), join(copy.folder, name), { recursive: true });
    }
    await symlink(join(project, "node_modules"), join(copy.folder, "node_modules"));
    await copy.saveHandler(1);
    return copy;
  }

  /** Its answer is the code at its beginning and at its end, with a wait of some seconds between the two. */
  async saveHandler(code: number): Promise<void> {
    await writeFile(
      join(this.folder, HANDLER),
      `import { withDurableExecution } from "@aws/durable-execution-sdk-js";
const CODE = ${code};
export const handler = withDurableExecution(async ({ seconds }: { seconds: number }, context) => {
  const begun = await context.step("begin", async () => CODE);
  if (seconds > 0) await context.wait("wait", { seconds });
  return { begun, ended: CODE };
});
`,
    );
  }

  /** @param minute of each hour, at which the report runs */
  async saveSchedule(minute: number): Promise<string> {
    const expression = `cron(${minute} * * * ? *)`;
    const file = join(this.folder, SETTINGS);
    await writeFile(file, (await readFile(file, "utf8")).replace(/reportSchedule: cron\(.*?\)/, `reportSchedule: ${expression}`));
    return expression;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
