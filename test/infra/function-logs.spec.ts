import assert from "node:assert/strict";
import { evaluateProgram, PROJECT_NAME } from "./mocks.ts";

describe("A log group of a function", () => {
  const left = `/aws/lambda/${PROJECT_NAME}-prod-math`;
  const imports = async (logGroups: readonly string[]) => {
    const { resources } = await evaluateProgram("prod", { logGroups });
    return resources.filter(({ importId }) => importId !== "").map(({ name, importId }) => [name, importId]);
  };

  it("that has outlived its stack is taken up again, and no other", async () => {
    assert.deepEqual(await imports([left, `/aws/lambda/${PROJECT_NAME}-prod-of-another-program`]), [["math-logs", left]]);
  });

  it("is created where there is none", async () => {
    assert.deepEqual(await imports([]), []);
  });
});
