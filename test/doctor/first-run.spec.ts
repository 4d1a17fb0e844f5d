import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { killHost, startHost } from "../local/host.ts";

const PROJECT = join(import.meta.dirname, "../..");

describe("npm run test:stack -- --first", function () {
  this.timeout(180_000);

  it("observes on the local stack what that has, and names what it has not", async () => {
    const data = mkdtempSync(join(tmpdir(), "first-"));
    const host = await startHost(data);
    try {
      const { stdout } = await promisify(execFile)(process.execPath, ["test/stack/run.ts", "--local", "--data", data, "--first"], { cwd: PROJECT });
      const answers = [...stdout.matchAll(/^ +answer: +(\w+ ?\w*)/gm)].map(([, answer]) => answer);
      assert.deepEqual(answers, ["yes", "yes", ...Array.from({ length: 6 }, () => "not observed")], stdout);
      assert.match(stdout, /1\. Does EventBridge invoke task-watchdog[\s\S]*JobFailed: .*exit code 3/);
      assert.match(stdout, /does not simulate the service monitoring/);
    } finally {
      await killHost(host);
      rmSync(data, { recursive: true });
    }
  });
});
