import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const ENV = resolve(import.meta.dirname, "../../../local/cli/env.ts");
const run = promisify(execFile);

describe("npm run env", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "env-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function writeOutputs(content: string): void {
    writeFileSync(join(folder, "outputs.json"), content);
  }

  const fails = (message: RegExp) =>
    assert.rejects(run(process.execPath, [ENV, "--data", folder]), (error: { code: number; stdout: string; stderr: string }) => {
      assert.deepEqual([error.code, error.stdout], [4, ""]);
      assert.match(error.stderr, message);
      return true;
    });

  it("gives a shell, or a script as JSON, where the stack is and as whom to speak to it", async () => {
    writeOutputs(JSON.stringify({ endpoint: "http://127.0.0.1:4570", region: "eu-west-1", credentials: { accessKeyId: "key", secretAccessKey: "se/cr+et" }, outputs: {} }));
    const evaluated = run("sh", ["-c", `AWS_PROFILE=other; eval "$("${process.execPath}" "${ENV}" --data "${folder}")" && echo "$AWS_ENDPOINT_URL $AWS_REGION $AWS_SECRET_ACCESS_KEY $AWS_PROFILE"`]);
    const printed = run(process.execPath, [ENV, "--data", folder, "--json"]);
    assert.equal((await evaluated).stdout, "http://127.0.0.1:4570 eu-west-1 se/cr+et \n");
    assert.deepEqual(JSON.parse((await printed).stdout), {
      AWS_ENDPOINT_URL: "http://127.0.0.1:4570",
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "se/cr+et",
    });
  });

  it("says in one line what to do where no stack has run, or its outputs are damaged", async () => {
    await fails(/^The local stack dev is not running: there is no .*outputs\.json\. Start it with: npm start -- --data .*\n$/);
    writeOutputs('{"outputs":{}');
    await fails(/^.*outputs\.json is not as the local stack writes it: [^\n]*\. Start the stack again: npm start -- --data .*\n$/);
    writeOutputs('{"outputs":{},"endpoint":"here"}');
    await fails(/^.*outputs\.json is not as the local stack writes it: endpoint: Invalid URL\. Start the stack again: .*\n$/);
  });
});
