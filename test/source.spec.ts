import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import * as assert from "node:assert/strict";
import { resolve } from "node:path";

const PROJECT = resolve(import.meta.dirname, "..");

// Specs like the others, so that they share the processors with them instead of running first, one after the other.
describe("The source", function () {
  this.timeout(240_000);

  for (const script of ["typecheck", "lint"]) {
    it(`passes npm run ${script}`, async () => {
      const child = spawn("npm", ["run", "--silent", script], { cwd: PROJECT, stdio: ["ignore", "pipe", "pipe"] });
      const [out, error] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
      assert.equal(child.exitCode, 0, `npm run ${script} failed:\n${out}${error}`);
    });
  }
});
