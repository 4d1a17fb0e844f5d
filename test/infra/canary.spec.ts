import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { liveVersions } from "../../infra/canary.ts";

/** What the alias of `job` becomes when this version of it is live on AWS; undefined when there is no such function. */
async function aliasOf(live: string | undefined, newest: string, percent: number): Promise<unknown> {
  const calls: string[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs as Record<string, unknown> }),
    call: ({ token }) => {
      calls.push(token);
      return token.endsWith(":getFunctions") ? { functionNames: live === undefined ? ["another"] : ["another", "job"] } : { functionVersion: live };
    },
  });
  const versions = liveVersions("job", pulumi.output(newest), percent);
  const [functionVersion, routing] = await new Promise<unknown[]>((resolve) => pulumi.all([versions.functionVersion, versions.routingConfig]).apply(resolve));
  return { functionVersion, weights: (routing as { additionalVersionWeights: unknown } | undefined)?.additionalVersionWeights, asked: calls.length > 0 };
}

describe("With a canary, the alias", () => {
  it("leaves most starts with the version that is live, and stays so until it is promoted", async () => {
    assert.deepEqual(await aliasOf("7", "8", 10), { functionVersion: "7", weights: { 8: 0.1 }, asked: true });
  });

  it("gives way to a newer version, with the same one still stable", async () => {
    assert.deepEqual(await aliasOf("7", "9", 50), { functionVersion: "7", weights: { 9: 0.5 }, asked: true });
  });

  it("points to the one version of a function whose newest is live, or that is new", async () => {
    assert.deepEqual(await aliasOf("8", "8", 10), { functionVersion: "8", weights: undefined, asked: true });
    assert.deepEqual(await aliasOf(undefined, "1", 10), { functionVersion: "1", weights: undefined, asked: true });
  });
});

describe("Without a canary, the alias", () => {
  it("points to the newest version, and AWS is not asked", async () => {
    assert.deepEqual(await aliasOf("7", "8", 0), { functionVersion: "8", weights: undefined, asked: false });
  });
});
