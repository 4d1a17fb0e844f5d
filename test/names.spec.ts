import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import * as jobs from "../container/index.ts";
import { FUNCTION_NAMES } from "../infra/workflows.ts";
import { outputPrefix } from "../operator/outputs.ts";

const ROOT = resolve(import.meta.dirname, "..");
/** What serves any program: a local stack, a command line and a page. */
const GENERAL = ["local", "cli", "console"];

/** Every file below a folder that a person writes. */
function filesOf(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
}

/** Names that consist of several words are the program's wherever they stand; one word such as `report` only where it names something. */
function patterns(name: string): RegExp[] {
  const output = new RegExp(`\\b${outputPrefix(name)}(AliasArn|FunctionName|Version|LogGroupName|DeadLetterQueueUrl|Schedule\\w*|TaskDefinitionArn)\\b`);
  if (name.includes("-")) return [new RegExp(`\\b${name}\\b`), output];
  return [new RegExp(`(["'\`])${name}\\1`), new RegExp(`\\bwf (start|logs|functions) ${name}\\b`), new RegExp(`[-/]start/${name}\\b`), output];
}

/** What the program exports besides the outputs of its functions. */
function outputNames(): string[] {
  const [, exports = ""] = readFileSync(join(ROOT, "index.ts"), "utf8").split("export default {");
  return [...exports.matchAll(/^ {2}(\w+):/gm)].map(([, name = ""]) => name);
}

describe("What serves any program", () => {
  const { name: project } = z.object({ name: z.string() }).parse(parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")));
  const names = [...FUNCTION_NAMES, ...Object.keys(jobs), project];

  for (const folder of GENERAL) {
    it(`names no function, job or project of this one: ${folder}/`, () => {
      const files = filesOf(folder);
      assert.ok(files.length > 10);
      const found = files.flatMap((file) => {
        const lines = readFileSync(join(ROOT, file), "utf8").split("\n");
        return lines.flatMap((line, index) => names.filter((name) => patterns(name).some((pattern) => pattern.test(line))).map((name) => `${file}:${index + 1}: ${name}`));
      });
      assert.deepEqual(found, [], "The stack's outputs say what there is; output names that operators' tools rely on are in operator/outputs.ts");
    });
  }

  it("takes names of outputs from operator/outputs.ts", () => {
    const outputs = outputNames();
    assert.ok(outputs.includes("clusterArn"));
    const read = new RegExp(`(output\\(|outputs\\[|deployed\\[)"(${outputs.join("|")})"`);
    assert.match('stack.output("clusterArn")', read);
    assert.deepEqual(GENERAL.flatMap(filesOf).filter((file) => read.test(readFileSync(join(ROOT, file), "utf8"))), []);
  });

  it("finds such a name wherever it could stand", () => {
    const named = ['stack.output("reportAliasArn")', "wf start math '{}'", "of `poll-job`", 'link("#/start/report")', 'workflows.includes("math")'];
    for (const line of named) assert.ok(FUNCTION_NAMES.some((name) => patterns(name).some((pattern) => pattern.test(line))), line);
    for (const line of ["report(line);", "Math.max(1, 2)", "told to report", 'import { report } from "./x.ts"']) {
      assert.ok(!FUNCTION_NAMES.some((name) => patterns(name).some((pattern) => pattern.test(line))), line);
    }
  });
});
