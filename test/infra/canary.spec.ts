import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { liveVersions } from "../../infra/canary.ts";

/** What the alias of `job` becomes when this version of it is live on AWS, or when asking for it fails; undefined when there is no such function. */
async function aliasOf(live: string | Error | undefined, newest: string, percent: number): Promise<unknown> {
  const calls: string[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs as Record<string, unknown> }),
    call: ({ token }) => {
      calls.push(token);
      if (token.endsWith(":getFunctions")) return { functionNames: live === undefined ? ["another"] : ["another", "job"] };
      // Pulumi's runtime passes on the details of an error of gRPC, and nothing else.
      if (live instanceof Error) throw Object.assign(live, { details: live.message });
      return { functionVersion: live };
    },
  });
  const versions = liveVersions(new pulumi.ComponentResource("test:Parent", "parent"), "job", pulumi.output(newest), percent);
  const [functionVersion, routing] = await settled(pulumi.all([versions.functionVersion, versions.routingConfig]));
  return { functionVersion, weights: (routing as { additionalVersionWeights: unknown } | undefined)?.additionalVersionWeights, asked: calls.length > 0 };
}

/** What an output becomes. @throws what it fails with */
function settled<T>(output: pulumi.Output<T>): Promise<T> {
  // An output's own promise rejects; `apply` would be silent.
  return (output as unknown as { promise(): Promise<T> }).promise();
}

describe("With a canary, the alias", () => {
  it("leaves most starts with the version that is live, and stays so until it is promoted", async () => {
    assert.deepEqual(await aliasOf("7", "8", 10), { functionVersion: "7", weights: { 8: 0.1 }, asked: true });
  });

  it("gives way to a newer version, with the same one still stable", async () => {
    assert.deepEqual(await aliasOf("7", "9", 50), { functionVersion: "7", weights: { 9: 0.5 }, asked: true });
  });

  it("points to the newest version of a function that has lost its alias, which would otherwise fail every run", async () => {
    const missing = new Error("reading Lambda Alias (job:live): operation error Lambda: GetAlias, https response error StatusCode: 404, ResourceNotFoundException: Cannot find alias arn");
    assert.deepEqual(await aliasOf(missing, "8", 10), { functionVersion: "8", weights: undefined, asked: true });
  });

  it("fails when AWS doesn't say which version is live, instead of giving every start to the newest", async () => {
    await assert.rejects(aliasOf(new Error("operation error Lambda: GetAlias, https response error StatusCode: 403, AccessDeniedException"), "8", 10), /AccessDenied/);
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
