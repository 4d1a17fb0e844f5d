import { appendFileSync } from "node:fs";
import * as jobs from "../container/index.ts";
import { runningBuilds } from "../infra/image-builder.ts";
import { runnerOf } from "../infra/image-runner.ts";

/** Writes the outputs of a workflow's step: the runner that builds the jobs' images, and what it has to emulate. */
const { label, emulate } = runnerOf(await runningBuilds(".", jobs));
appendFileSync(process.env["GITHUB_OUTPUT"] ?? "/dev/stdout", `label=${label}\nemulate=${emulate}\n`);
