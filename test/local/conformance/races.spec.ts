import assert from "node:assert/strict";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { RACES, runRace } from "./races.ts";
import { startTestStack, type TestStack } from "./stack.ts";

describe("What completes while a handler is about to return PENDING", function () {
  this.timeout(60_000);

  let test: TestStack;
  let lambda: LambdaClient;

  before(async () => {
    test = await startTestStack({ speed: 20 });
    lambda = new LambdaClient(test.stack);
  });

  after(async () => {
    lambda.destroy();
    await test.stop();
  });

  for (const race of RACES) {
    it(`fails no execution: ${race}`, async () => {
      const { failed } = await runRace(lambda, "workflow", race, { count: 20, atOnce: 10 });
      assert.deepEqual(failed, []);
    });
  }
});
