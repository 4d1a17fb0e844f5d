import { Listr } from "listr2";
import type { RunningStack } from "../stack.ts";
import { tourCases, type CaseOutcome, type TourCase } from "./cases.ts";
import { createTourContext } from "./context.ts";

export interface TourResult {
  readonly title: string;
  readonly passed: boolean;
  readonly summary: string;
  readonly seconds: number;
  /** Of the execution; `-` where none was reached. */
  readonly status: string;
}

/**
 * Runs every workflow once, all at the same time, with live progress on the terminal.
 *
 * @param speed of the stack's clock
 */
export async function runTour(stack: RunningStack, speed: number): Promise<TourResult[]> {
  const context = createTourContext({ ...stack, speed });
  const results: TourResult[] = [];
  const list = new Listr<undefined, "default", "verbose">([], {
    concurrent: true,
    exitOnError: false,
    fallbackRenderer: "verbose",
    // Ctrl-C belongs to the command line, which stops the stack in order.
    registerSignalListeners: false,
  });
  for (const tourCase of tourCases) {
    list.add({
      title: tourCase.title,
      async task(_, task) {
        let shown = "";
        const result = await visit(tourCase, (line) => {
          if (line !== shown) task.output = shown = line;
        });
        results.push(result);
        if (!result.passed) throw new Error(result.summary);
        task.title = `${tourCase.title} (${result.seconds.toFixed(1)} s)`;
      },
    });
  }

  async function visit(tourCase: TourCase, report: (line: string) => void): Promise<TourResult> {
    const started = performance.now();
    const took = () => (performance.now() - started) / 1000;
    try {
      const outcome: CaseOutcome = await tourCase.run(context, report);
      return { title: tourCase.title, passed: true, summary: outcome.summary, seconds: took(), status: outcome.execution.status };
    } catch (error) {
      return { title: tourCase.title, passed: false, summary: (error as Error).message, seconds: took(), status: "-" };
    }
  }

  try {
    await list.run();
  } finally {
    context.destroy();
  }
  return tourCases.flatMap(({ title }) => results.filter((result) => result.title === title));
}
