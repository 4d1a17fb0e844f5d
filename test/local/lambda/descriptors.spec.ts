import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** Starts more processes than its descriptors allow, and tells how many were refused. */
const SOURCE = `
  import { outputOf, signalGroup, spawnGroup } from ${JSON.stringify(join(import.meta.dirname, "../../../local/lambda/process-group.ts"))};
  const children = Array.from({ length: 30 }, () => spawnGroup("/bin/sleep", ["600"], { folder: "/", environment: {} }));
  const refused = await Promise.all(children.map((child) => new Promise((resolve) => {
    child.once("error", ({ code }) => resolve([code, outputOf(child).length]));
    child.once("spawn", () => resolve(undefined));
  })));
  for (const child of children) signalGroup(child, "SIGKILL");
  console.log(JSON.stringify(refused.filter((reason) => reason !== undefined)));`;

describe("A process for which there are no descriptors", () => {
  it("reports that it could not be started, and ends nothing else", async () => {
    const { stdout } = await promisify(execFile)("/bin/sh", ["-c", 'ulimit -n 64; exec "$@"', "sh", process.execPath, "--input-type=module", "--eval", SOURCE]);
    const refused = JSON.parse(stdout) as [string, number][];
    assert.ok(refused.length > 0 && refused.length < 30);
    for (const reason of refused) assert.deepEqual(reason, ["EMFILE", 0]);
  });
});
