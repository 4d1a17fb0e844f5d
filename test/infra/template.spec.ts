import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { PROJECT_FOLDER, STACKS } from "./mocks.ts";

/** What is no part of a clone. */
const LEFT_OUT = new Set([".git", ".build", ".local", "node_modules"]);
/** What `pulumi new` replaces, in every file. */
const REPLACED = ["PROJECT", "DESCRIPTION"].map((name) => `\${${name}}`);

async function files(): Promise<string[]> {
  const entries = (await readdir(PROJECT_FOLDER, { withFileTypes: true })).filter(({ name }) => !LEFT_OUT.has(name));
  const nested = entries.map(async (entry) => {
    const path = join(PROJECT_FOLDER, entry.name);
    if (!entry.isDirectory()) return [path];
    return (await readdir(path, { recursive: true, withFileTypes: true })).filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  });
  return (await Promise.all(nested)).flat();
}

describe("As a template of pulumi new, the project", () => {
  it("asks for the Region", async () => {
    const { template } = z.object({ template: z.object({ config: z.record(z.string(), z.object({ description: z.string(), default: z.string() })) }) }).parse(parse(await readFile(join(PROJECT_FOLDER, "Pulumi.yaml"), "utf8")));
    assert.deepEqual(Object.keys(template.config), ["aws:region"]);
  });

  it("has nothing that pulumi new would replace by the new name or description", async () => {
    const texts = await Promise.all((await files()).map(async (file) => [file, await readFile(file, "utf8")] as const));
    assert.ok(texts.length > 100);
    assert.deepEqual(texts.filter(([, text]) => REPLACED.some((variable) => text.includes(variable))).map(([file]) => file), []);
  });

  it("names itself in no stack file", async () => {
    for (const stack of STACKS) {
      const { config } = z.object({ config: z.record(z.string(), z.unknown()) }).parse(parse(await readFile(join(PROJECT_FOLDER, `Pulumi.${stack}.yaml`), "utf8")));
      assert.deepEqual(Object.keys(config).filter((key) => key.includes(":")), ["aws:region"]);
    }
  });
});
