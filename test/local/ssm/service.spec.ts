import assert from "node:assert/strict";
import { createClock } from "../../../local/clock.ts";
import type { ParameterDeclaration } from "../../../local/declarations.ts";
import type { Principal } from "../../../local/iam/access.ts";
import { Parameters } from "../../../local/ssm/parameters.ts";
import { ssmService } from "../../../local/ssm/service.ts";
import { identity } from "../iam/fixtures.ts";

const caller: Principal = { kind: "user", arn: "arn:aws:iam::000000000000:user/a", accountId: identity.accountId };
const arnOf = (name: string) => `arn:aws:ssm:eu-west-1:000000000000:parameter/${name.replace(/^\//, "")}`;
const parameter = (name: string, value: string, type: ParameterDeclaration["type"] = "String"): ParameterDeclaration => ({ name, arn: arnOf(name), type, value });

interface Described {
  readonly Name: string;
  readonly Value: string;
}

describe("Parameter Store", () => {
  const parameters = new Parameters({ clock: createClock(), identity });
  parameters.apply({ parameters: [parameter("plain", "1"), parameter("/shop/list", "a,b", "StringList"), parameter("/shop/key", "hidden", "SecureString"), parameter("/shop/deep/one", "x")] });
  const service = ssmService(parameters);

  function callOf(operation: string, input: object) {
    const headers = { "x-amz-target": `AmazonSSM.${operation}` };
    return service.parse({ method: "POST", path: "/", query: new URLSearchParams(), headers, body: Buffer.from(JSON.stringify(input)) });
  }
  async function send<T>(operation: string, input: object): Promise<T> {
    return JSON.parse(String((await callOf(operation, input).execute(caller)).body)) as T;
  }

  it("returns a parameter by its name, its ARN and its version", async () => {
    for (const Name of ["plain", arnOf("plain"), "plain:1"]) {
      const { Parameter: found } = await send<{ Parameter: Described & Record<string, unknown> }>("GetParameter", { Name });
      const { LastModifiedDate, ...rest } = found;
      assert.deepEqual(rest, { Name: "plain", Type: "String", Value: "1", Version: 1, ARN: arnOf("plain"), DataType: "text" });
      assert.ok(Math.abs(Number(LastModifiedDate) * 1000 - Date.now()) < 60_000);
    }
    assert.equal((await send<{ Parameter: Described }>("GetParameter", { Name: arnOf("/shop/list") })).Parameter.Value, "a,b");
  });

  it("hands out a SecureString with decryption only", async () => {
    const plain = await send<{ Parameter: Described }>("GetParameter", { Name: "/shop/key", WithDecryption: true });
    assert.equal(plain.Parameter.Value, "hidden");
    const encrypted = await send<{ Parameter: Described }>("GetParameter", { Name: "/shop/key" });
    assert.match(encrypted.Parameter.Value, /^[\w+/]{40,}=*$/);
  });

  it("names the parameters that do not exist", async () => {
    await assert.rejects(send("GetParameter", { Name: "none" }), { code: "ParameterNotFound" });
    await assert.rejects(send("GetParameter", { Name: "plain:2" }), { code: "ParameterVersionNotFound" });
    const { Parameters: found, InvalidParameters } = await send<{ Parameters: Described[]; InvalidParameters: string[] }>("GetParameters", { Names: ["plain", "none", "/shop/list"] });
    assert.deepEqual([found.map(({ Name }) => Name), InvalidParameters], [["plain", "/shop/list"], ["none"]]);
  });

  it("returns the parameters directly below a path, or all below it, page by page", async () => {
    const names = async (input: object) => (await send<{ Parameters: Described[] }>("GetParametersByPath", input)).Parameters.map(({ Name }) => Name);
    assert.deepEqual(await names({ Path: "/shop" }), ["/shop/key", "/shop/list"]);
    assert.deepEqual(await names({ Path: "/shop/", Recursive: true }), ["/shop/deep/one", "/shop/key", "/shop/list"]);
    const page = await send<{ Parameters: Described[]; NextToken: string }>("GetParametersByPath", { Path: "/shop", Recursive: true, MaxResults: 2 });
    assert.deepEqual(await names({ Path: "/shop", Recursive: true, NextToken: page.NextToken }), ["/shop/list"]);
    await assert.rejects(send("GetParametersByPath", { Path: "/shop", NextToken: "garbage" }), { code: "InvalidNextToken" });
  });

  it("asks IAM for each parameter, and for the path", () => {
    assert.deepEqual(callOf("GetParameter", { Name: "plain:1" }).access, [{ action: "ssm:GetParameter", resource: arnOf("plain") }]);
    assert.deepEqual(callOf("GetParameters", { Names: ["plain", "/shop/key"] }).access, ["plain", "/shop/key"].map((name) => ({ action: "ssm:GetParameters", resource: arnOf(name) })));
    assert.deepEqual(callOf("GetParametersByPath", { Path: "/shop", Recursive: true }).access, [
      { action: "ssm:GetParametersByPath", resource: arnOf("/shop"), context: { "ssm:Recursive": "true" } },
    ]);
  });
});
