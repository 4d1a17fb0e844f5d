import { Listr } from "listr2";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { DemoCase } from "../../operator/demo-case.ts";
import { createStackContext } from "../../operator/stack-context.ts";
import { UserError } from "../errors.ts";
import type { RunningStack } from "../stack.ts";

export interface DemoResult {
  readonly title: string;
  readonly passed: boolean;
  readonly summary: string;
  readonly seconds: number;
  /** Of the execution; `-` where none was reached. */
  readonly status: string;
}

/** Marks the executions of the demo run wherever their names are shown. */
const NAME_PREFIX = "demo-";

/** Where a program keeps its demo run: the default export is a list of cases. */
export const DEMO_FILE = "demo/index.ts";

/**
 * @returns the cases of the program's demo run; undefined for a program without one
 * @throws UserError when the file exports no list
 */
export async function loadDemo(projectFolder: string): Promise<readonly DemoCase[] | undefined> {
  const file = join(projectFolder, DEMO_FILE);
  const found = await access(file).then(() => true, () => false);
  if (!found) return undefined;
  const { default: cases } = (await import(pathToFileURL(file).href)) as { readonly default?: readonly DemoCase[] };
  if (!Array.isArray(cases)) throw new UserError(`${file}: the default export is not a list of demo cases. Export an array of { title, run }.`);
  return cases as readonly DemoCase[];
}

/**
 * Runs all cases at the same time, with live progress on the terminal.
 *
 * @param speed of the stack's clock
 */
export async function runDemo(cases: readonly DemoCase[], stack: RunningStack, speed: number): Promise<DemoResult[]> {
  const context = createStackContext({ ...stack, speed, namePrefix: NAME_PREFIX });
  const results: DemoResult[] = [];
  const list = new Listr<undefined, "default", "verbose">([], {
    concurrent: true,
    exitOnError: false,
    fallbackRenderer: "verbose",
    // Ctrl-C belongs to the command line, which stops the stack in order.
    registerSignalListeners: false,
  });
  for (const demoCase of cases) {
    list.add({
      title: demoCase.title,
      async task(_, task) {
        let shown = "";
        const result = await visit(demoCase, (line) => {
          if (line !== shown) task.output = shown = line;
        });
        results.push(result);
        if (!result.passed) throw new Error(result.summary);
        task.title = `${demoCase.title} (${result.seconds.toFixed(1)} s)`;
      },
    });
  }

  async function visit(demoCase: DemoCase, report: (line: string) => void): Promise<DemoResult> {
    const started = performance.now();
    const took = () => (performance.now() - started) / 1000;
    try {
      const { status, summary } = await demoCase.run(context, report);
      return { title: demoCase.title, passed: true, summary, seconds: took(), status };
    } catch (error) {
      return { title: demoCase.title, passed: false, summary: (error as Error).message, seconds: took(), status: "-" };
    }
  }

  try {
    await list.run();
  } finally {
    context.destroy();
  }
  return cases.flatMap(({ title }) => results.filter((result) => result.title === title));
}
