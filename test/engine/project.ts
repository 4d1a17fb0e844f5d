import { execFile } from "node:child_process";
import { access, appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, sep } from "node:path";
import { PROJECT_FOLDER, type Stack } from "../infra/mocks.ts";

/** What the engine and the program need of this project. Never the folder itself: tests change the code. */
const SOURCES = ["Pulumi.yaml", "index.ts", "package.json", "infra", "functions", "operator", "container", "policy"];

export interface Run {
  readonly exitCode: number;
  /** Standard output and standard error, as they came. */
  readonly output: string;
  readonly stdout: string;
}

/**
 * The folder of a `pulumi` that runs, from the PATH. The npm package's launcher does not count: on its first run it downloads.
 */
export async function findPulumi(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder === "" || folder.endsWith(join("node_modules", ".bin"))) continue;
    const file = join(folder, "pulumi");
    if (!(await access(file).then(() => true, () => false))) continue;
    const { exitCode } = await run(file, ["version"], { cwd: PROJECT_FOLDER, env: process.env });
    if (exitCode === 0) return folder;
  }
  return undefined;
}

/** A copy of this project in a temporary folder with a stack in a file beside it. Nothing of it is shared with the user's own Pulumi. */
export class Project {
  readonly stack: Stack;
  readonly #folder: string;
  readonly #pulumi: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(stack: Stack, folder: string, pulumi: string, providers: string) {
    this.stack = stack;
    this.#folder = folder;
    this.#pulumi = join(pulumi, "pulumi");
    this.#env = {
      ...process.env,
      PATH: [join(folder, "bin"), join(PROJECT_FOLDER, "node_modules/.bin"), pulumi, process.env.PATH].join(delimiter),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state").split(sep).join("/")}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_DEBUG_PROVIDERS: providers,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }

  /**
   * @param pulumi folder of the CLI
   * @param providers as PULUMI_DEBUG_PROVIDERS has them: `<package>:<port>,…`
   */
  static async create(stack: Stack, pulumi: string, providers: string): Promise<Project> {
    const folder = await mkdtemp(join(tmpdir(), `engine-${stack}-`));
    const project = new Project(stack, folder, pulumi, providers);
    await mkdir(join(folder, "state"));
    await mkdir(join(folder, "project"));
    await mkdir(join(folder, "bin"));
    await project.setBuilder(["linux/amd64", "linux/arm64"]);
    for (const source of [...SOURCES, `Pulumi.${stack}.yaml`]) await cp(join(PROJECT_FOLDER, source), project.#path(source), { recursive: true });
    await symlink(join(PROJECT_FOLDER, "node_modules"), project.#path("node_modules"));
    await project.succeed("stack", "init", stack);
    return project;
  }

  /** Puts a `docker` into the PATH whose builder can run programs of these platforms: an update asks for it. */
  async setBuilder(platforms: readonly string[]): Promise<void> {
    await writeFile(join(this.#folder, "bin/docker"), `#!/bin/sh\necho "Platforms: ${platforms.join(", ")}"\n`, { mode: 0o755 });
  }

  /** Replaces a text of the program, which has to be there. */
  async replace(file: string, text: string, replacement: string): Promise<void> {
    const content = await readFile(this.#path(file), "utf8");
    if (!content.includes(text)) throw new Error(`${file} does not contain: ${text}`);
    await writeFile(this.#path(file), content.replace(text, replacement));
  }

  /** Changes what a function does by as little as can be. */
  async changeCode(functionName: string): Promise<void> {
    await appendFile(this.#path(`functions/${functionName}/handler.ts`), '\nexport const revision = "changed by a test";\n');
  }

  /** Adds to the program. */
  async changeProgram(code: string): Promise<void> {
    await appendFile(this.#path("index.ts"), `\n${code}\n`);
  }

  /** Runs the CLI for the stack and waits for its end, whatever that is. */
  pulumi(...args: string[]): Promise<Run> {
    return run(this.#pulumi, [...args, "--non-interactive", "--color=never"], { cwd: this.#path("."), env: this.#env });
  }

  /** @throws Error with everything that the CLI said, if it failed */
  async succeed(...args: string[]): Promise<Run> {
    const result = await this.pulumi(...args);
    if (result.exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${result.output}`);
    return result;
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #path(file: string): string {
    return join(this.#folder, "project", file);
  }
}

function run(file: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<Run> {
  return new Promise((resolve) => {
    execFile(file, args, { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ exitCode, output: `${stdout}${stderr}`, stdout });
    });
  });
}
