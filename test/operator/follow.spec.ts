import type { InvokeCommand } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import { startExecution } from "../../operator/follow.ts";
import type { StackContext } from "../../operator/stack-context.ts";

describe("Starting an execution", () => {
  async function named(namePrefix?: string): Promise<string | undefined> {
    let name: string | undefined;
    const lambda = {
      send: async ({ input }: InvokeCommand) => {
        name = input.DurableExecutionName;
        return { DurableExecutionArn: "arn" };
      },
    };
    const context = { lambda, output: (key: string) => key, namePrefix } as unknown as StackContext; // All that it uses.
    assert.equal(await startExecution(context, "math", {}), "arn");
    return name;
  }

  it("gives it a name of its own that begins as the context says, and else leaves the name to Lambda", async () => {
    const [first, second] = [await named("demo-"), await named("demo-")];
    assert.match(first ?? "", /^demo-[0-9a-f]{8}$/);
    assert.notEqual(first, second);
    assert.equal(await named(), undefined);
  });
});
