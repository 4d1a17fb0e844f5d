import assert from "node:assert/strict";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ApiRequest } from "../../../local/gateway/service.ts";
import { parseAuthorization, sha256Hex, signatureMatches } from "../../../local/gateway/signature.ts";
import { Sha256 } from "../../../operator/sha256.ts";

const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const REGION = "eu-west-1";

/** A request as the AWS SDK's own library signs it. */
async function signed(method: string, target: string, options: { headers?: Record<string, string>; body?: string; service?: string; date?: Date } = {}) {
  const { headers = {}, body = "", service = "lambda", date = new Date() } = options;
  const [path = "", search = ""] = target.split("?");
  const query = new URLSearchParams(search);
  const signer = new SignatureV4({ credentials: CREDENTIALS, region: REGION, service, sha256: Sha256 });
  const bag = Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]));
  const all = { host: "127.0.0.1:4566", ...headers };
  const result = await signer.sign({ method, protocol: "http:", hostname: "127.0.0.1", path, query: bag, headers: all, body }, { signingDate: date });
  const request: ApiRequest = { method, path, query, headers: result.headers, body: Buffer.from(body) };
  return { request, authorization: parseAuthorization(result.headers["authorization"]) };
}

function matches({ request, authorization }: Awaited<ReturnType<typeof signed>>, credentials = CREDENTIALS): boolean {
  return signatureMatches(request, authorization, credentials, { bodyHash: sha256Hex(request.body), date: request.headers["x-amz-date"] ?? "" });
}

describe("A signature", () => {
  const requests: readonly [string, string, Parameters<typeof signed>[2]?][] = [
    ["GET", "/"],
    ["GET", ""],
    ["POST", "/", { body: '{"Query":"ü"}', headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.Scan" }, service: "dynamodb" }],
    ["POST", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Apoll%3Alive/invocations", { body: "{}" }],
    ["GET", "/2025-12-01/durable-executions/a%20b%2Bc%2Fd%3De/history?MaxItems=2&IncludeExecutionData=true"],
    ["GET", "/x?b=2&a=1&a=0&B=3&a="],
    ["GET", "/x?name=%C3%BC%20and%20%2B*'()!~&empty"],
    ["GET", "//a/./b/../c//"],
    ["GET", "/a/b/"],
    ["PUT", "/with%2Fslash/a*b", { headers: { "x-amz-odd": "  two   spaces\tand a tab " } }],
    ["GET", "/", { date: new Date("2026-02-03T04:05:06Z") }],
  ];

  for (const [method, target, options] of requests) {
    it(`is known as the SDK makes it: ${method} ${JSON.stringify(target)}`, async () => {
      assert.equal(matches(await signed(method, target, options)), true);
    });
  }

  it("does not match with anything else in the request", async () => {
    const good = await signed("POST", "/a?x=1", { body: "{}", headers: { "x-amz-target": "T" } });
    const change = (part: Partial<ApiRequest>) => ({ ...good, request: { ...good.request, ...part } });
    assert.equal(matches(good), true);
    assert.equal(matches(change({ method: "PUT" })), false);
    assert.equal(matches(change({ path: "/b" })), false);
    assert.equal(matches(change({ query: new URLSearchParams("x=2") })), false);
    assert.equal(matches(change({ body: Buffer.from("[]") })), false);
    assert.equal(matches(change({ headers: { ...good.request.headers, "x-amz-target": "U" } })), false);
    assert.equal(matches(change({ headers: { ...good.request.headers, "x-amz-date": "20200101T000000Z" } })), false);
    assert.equal(matches(change({ headers: { "x-amz-date": good.request.headers["x-amz-date"] ?? "" } })), false);
    assert.equal(matches({ ...good, authorization: { ...good.authorization, region: "us-east-1" } }), false);
    assert.equal(matches({ ...good, authorization: { ...good.authorization, signingName: "ecs" } }), false);
    assert.equal(matches({ ...good, authorization: { ...good.authorization, signature: "0".repeat(64) } }), false);
  });

  it("does not match with another key, whichever was asked for before", async () => {
    const good = await signed("GET", "/");
    assert.equal(matches(good), true);
    assert.equal(matches(good, { accessKeyId: "AKIDOTHER", secretAccessKey: "another" }), false);
    assert.equal(matches(good), true);
  });
});
