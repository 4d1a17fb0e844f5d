import assert from "node:assert/strict";
import * as jobs from "../../container/index.ts";
import { builderFault, requireImageBuilder, runningBuilds } from "../../infra/image-builder.ts";
import { runnerOf } from "../../infra/image-runner.ts";
import { PROJECT_FOLDER } from "./mocks.ts";

const arm = { job: "totals", architecture: "arm64" } as const;
const amd = { job: "other", architecture: "amd64" } as const;

describe("The builder of images", () => {
  it("has to run programs for a job whose Dockerfile has a RUN", async () => {
    assert.deepEqual(await runningBuilds(PROJECT_FOLDER, jobs), [arm]);
  });

  it("is missed in a sentence that names the job and says what to install", () => {
    const fault = builderFault([arm], { platforms: ["linux/amd64", "linux/386"] });
    assert.match(fault!, /^The Dockerfile of totals \(arm64\) has a RUN, .* \(it lists linux\/amd64, linux\/386\)\. Install an emulator \(docker run .* --install arm64\)/);
    assert.match(builderFault([arm], { missing: "there is no command docker" })!, /^There is no Docker .* there is no command docker\. Install Docker/);
    assert.equal(builderFault([arm, amd], { platforms: ["linux/amd64", "linux/arm64/v8"] }), undefined);
  });

  it("is not asked for where nothing is built: without an engine, as here and in the local stack", async () => {
    const { PATH } = process.env;
    process.env["PATH"] = "";
    try {
      await requireImageBuilder(PROJECT_FOLDER, jobs);
    } finally {
      process.env["PATH"] = PATH;
    }
  });

  it("is a runner of the jobs' architecture in CI, which emulates the other one if there are jobs of both", () => {
    assert.deepEqual(runnerOf([]), { label: "ubuntu-24.04", emulate: "" });
    assert.deepEqual(runnerOf([arm]), { label: "ubuntu-24.04-arm", emulate: "" });
    assert.deepEqual(runnerOf([amd]), { label: "ubuntu-24.04", emulate: "" });
    assert.deepEqual(runnerOf([arm, amd]), { label: "ubuntu-24.04-arm", emulate: "amd64" });
  });
});
