import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { killHost, startHost } from "./host.ts";

describe("The tests of a deployed stack", function () {
  this.timeout(120_000);

  it("pass on the local stack, by its outputs alone", async () => {
    const data = mkdtempSync(join(tmpdir(), "stack-"));
    const host = await startHost(data);
    try {
      const project = resolve(import.meta.dirname, "../..");
      // Rejects with what the run has printed when it ends with another exit code than 0.
      const { stdout } = await promisify(execFile)(process.execPath, ["test/stack/run.ts", "--local", "--data", data], { cwd: project });
      assert.match(stdout, /\d+ passing/);
    } finally {
      await killHost(host);
      rmSync(data, { recursive: true });
    }
  });
});
