import assert from "node:assert/strict";
import * as z from "zod";
import { crash, fail, job, succeed } from "./stack.ts";

describe("callback-job", () => {
  it("answers with what the job reports", async () => {
    const { message, processingTime } = z.looseObject({ message: z.string(), processingTime: z.number() }).parse(await succeed("callbackJobAliasArn", job));
    assert.deepEqual({ message, processingTime }, job);
  });

  it("fails with the error that the job reports", async () => {
    const message = await fail("callbackJobAliasArn", { ...job, fail: { exitCode: 4, error: "out of paper" } }, "JobFailed");
    assert.match(message, /out of paper.*exit code 4/);
  });

  it("fails when the job crashes without a word: task-watchdog has seen it", async () => {
    const message = await fail("callbackJobAliasArn", crash, "JobFailed");
    assert.match(message, /exit code 3, stop reason: Essential container in task exited/);
  });
});
