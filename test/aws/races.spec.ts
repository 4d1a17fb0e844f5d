import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { RACES, runRace } from "../local/conformance/races.ts";
import { startTestStack, type TestStack } from "../local/conformance/stack.ts";

const COUNT = 200;
const AT_ONCE = 20;

describe("Handlers that race with what they wait for, under load", () => {
  let test: TestStack;
  let lambda: LambdaClient;
  let load: Worker[];

  before(async () => {
    load = Array.from({ length: availableParallelism() }, () => new Worker("for (;;);", { eval: true }));
    test = await startTestStack({ speed: 10 });
    lambda = new LambdaClient(test.stack);
  });

  after(async () => {
    await Promise.all(load.map((worker) => worker.terminate()));
    lambda.destroy();
    await test.stop();
  });

  for (const [functionName, language] of [["workflow", "JavaScript"], ["python-workflow", "Python"]] as const) {
    for (const race of RACES) {
      it(`fail no execution of ${COUNT}: ${race} in ${language}`, async () => {
        const { failed, refused } = await runRace(lambda, functionName, race, { count: COUNT, atOnce: AT_ONCE });
        process.stdout.write(`      invocations that returned PENDING with nothing pending: ${refused}\n`);
        assert.deepEqual(failed, []);
        // Python SDK 3.0.0 returned it 77 to 110 times in 200 executions under load. A run without any would not exercise the engine's tolerance.
        if (functionName === "python-workflow" && race === "threeCallbacks") assert.ok(refused > 0);
      });
    }
  }
});
