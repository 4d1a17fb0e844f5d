import { DockerfileParser } from "dockerfile-ast";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

describe("the job's image", () => {
  const dockerfile = DockerfileParser.parse(readFileSync("container/sample/Dockerfile", "utf8"));
  const instructions = dockerfile.getInstructions().map((instruction) => [instruction.getKeyword(), instruction.getArgumentsContent()]);

  it("runs on the major of Node that the project runs on", () => {
    const major = process.versions.node.split(".")[0];
    assert.deepEqual(instructions[0], ["FROM", `public.ecr.aws/docker/library/node:${major}-slim`]);
  });

  it("never runs as root, and gets signals itself", () => {
    assert.deepEqual(instructions.slice(-2), [
      ["USER", "node"],
      ["ENTRYPOINT", '["node", "job.mjs"]'],
    ]);
  });

  it("installs nothing", () => {
    assert.ok(!instructions.some(([keyword]) => keyword === "RUN"));
  });
});
