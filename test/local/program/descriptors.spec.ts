import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PROJECT = resolve(import.meta.dirname, "../../..");

describe("A program of many functions of many files", function () {
  this.timeout(120_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "descriptors-"));
    symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: sample\nruntime: nodejs\n");
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n");
    mkdirSync(join(folder, "code"));
    for (let index = 0; index < 20; index++) writeFileSync(join(folder, "code", `${index}.mjs`), `export const n = ${index};\n`);
    writeFileSync(
      join(folder, "index.ts"),
      `import * as aws from "@pulumi/aws";
       import * as pulumi from "@pulumi/pulumi";
       for (let index = 0; index < 40; index++) {
         const code = new pulumi.asset.FileArchive(${JSON.stringify(join(folder, "code"))});
         new aws.lambda.Function("f" + index, { name: "f" + index, role: "arn:aws:iam::000000000000:role/r", runtime: "nodejs24.x", handler: "0.handler", code });
       }`,
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is evaluated and unpacked with 256 descriptors", () => {
    const module = (path: string) => JSON.stringify(new URL(`../../../local/${path}`, import.meta.url).href);
    const script = `
      const { evaluateProgram } = await import(${module("program/evaluate.ts")});
      const { publish } = await import(${module("program/publish.ts")});
      const { declareStack } = await import(${module("providers/declaration.ts")});
      const evaluation = await evaluateProgram({ projectFolder: ${JSON.stringify(folder)}, stack: "dev", endpoint: "http://127.0.0.1:1" });
      const { declaration } = await declareStack((await publish(evaluation, {})).resources, ${JSON.stringify(join(folder, "functions"))});
      process.stdout.write(String(declaration.functions.length));
    `;
    const output = execFileSync("/bin/sh", ["-c", 'ulimit -n 256 && exec "$0" --input-type=module --eval "$1"', process.execPath, script], { encoding: "utf8" });
    assert.equal(output, "40");
    assert.equal(readdirSync(join(folder, "functions", "f39", "1")).length, 20);
  });
});
