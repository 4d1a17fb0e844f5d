import { access } from "node:fs/promises";
import { join } from "node:path";
import * as workflows from "../functions/index.ts";
import type { DemoCase } from "../operator/demo-case.ts";
import { exampleCases } from "./example-cases.ts";

const FUNCTIONS = join(import.meta.dirname, "..", "functions");

/** What `npm start` runs once the stack is up: the examples that the workflows declare, and the cases of `functions/<name>/demo.ts`. */
const cases: DemoCase[] = [];
for (const [name, workflow] of Object.entries(workflows)) {
  cases.push(...exampleCases(name, workflow), ...(await ownCases(name)));
}

export default cases as readonly DemoCase[];

/** The cases that take more than an input and an outcome. */
async function ownCases(name: string): Promise<readonly DemoCase[]> {
  const file = join(FUNCTIONS, name, "demo.ts");
  const found = await access(file).then(() => true, () => false);
  return found ? ((await import(file)) as { readonly default: readonly DemoCase[] }).default : [];
}
