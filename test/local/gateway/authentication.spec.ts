import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import { GetDurableExecutionCommand, InvokeCommand, LambdaClient, ListDurableExecutionsByFunctionCommand } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ApiRequest } from "../../../local/gateway/service.ts";
import type { Credentials } from "../../../local/iam/access.ts";
import type { Iam } from "../../../local/iam/iam.ts";
import { administrator, createIam, identity, lambdaCaller, role } from "../iam/fixtures.ts";
import { anyService, awsError, fakeLambda, openDoor, send, type Door, type RawAnswer } from "./fixtures.ts";

const EXECUTION = "arn:aws:lambda:eu-west-1:000000000000:function:poll:7/durable-execution/a b+c/d=e";

describe("The HTTP door, who is calling", () => {
  let iam: Iam;
  let door: Door;
  const poll = role("poll", {});

  beforeEach(async () => {
    iam = createIam([poll]);
    door = await openDoor({ iam });
  });
  afterEach(() => door.gateway.close());

  it("accepts every AWS SDK client the project uses, of every protocol", async () => {
    const seen: ApiRequest[] = [];
    const names = ["ecs", "dynamodb", "sqs", "logs"] as const;
    const wide = await openDoor({ iam, services: [...names.map((name) => anyService(name, "json", seen)), anyService("scheduler", "rest-json", seen), fakeLambda()] });
    const options = wide.client(administrator);
    try {
      await new ECSClient(options).send(new ListTasksCommand({ cluster: "jobs" }));
      await new DynamoDBClient(options).send(new ListTablesCommand({}));
      await new SQSClient(options).send(new ListQueuesCommand({}));
      await new CloudWatchLogsClient(options).send(new DescribeLogGroupsCommand({}));
      await new SchedulerClient(options).send(new GetScheduleCommand({ Name: "a.b_c-d", GroupName: "g" }));
      const lambda = new LambdaClient(options);
      const invoked = await lambda.send(new InvokeCommand({ FunctionName: "poll", Qualifier: "$LATEST", Payload: new Uint8Array([0, 255, 10]) }));
      assert.deepEqual([...invoked.Payload!], [0, 255, 10]);
      assert.equal(invoked.ExecutedVersion, "$LATEST");
      const listed = await lambda.send(new ListDurableExecutionsByFunctionCommand({ FunctionName: "poll", Statuses: ["RUNNING", "FAILED"] }));
      assert.equal(listed.NextMarker, "RUNNING+FAILED");
      await assert.rejects(lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: EXECUTION })), { name: "ResourceNotFoundException", message: `No execution ${EXECUTION}` });
      assert.equal(seen.length, 5);
    } finally {
      await wide.gateway.close();
    }
  });

  it("knows a session of a role by its temporary credentials", async () => {
    const credentials = iam.issueCredentials(iam.assumeRole(poll.arn, lambdaCaller("poll"), "poll"));
    const who = await new STSClient(door.client(credentials)).send(new GetCallerIdentityCommand({}));
    assert.equal(who.Arn, "arn:aws:sts::000000000000:assumed-role/poll/poll");
  });

  it("refuses a wrong secret, in each protocol's words", async () => {
    const wrong = { ...administrator, secretAccessKey: "w".repeat(40) };
    await assert.rejects(new ECSClient(door.client(wrong)).send(new ListTasksCommand({ cluster: "jobs" })), awsError("InvalidSignatureException", 400));
    await assert.rejects(new LambdaClient(door.client(wrong)).send(new InvokeCommand({ FunctionName: "poll" })), awsError("InvalidSignatureException", 403));
    await assert.rejects(new STSClient(door.client(wrong)).send(new GetCallerIdentityCommand({})), awsError("SignatureDoesNotMatch", 403));
  });

  it("refuses a key that was never given out", async () => {
    const unknown = { ...administrator, accessKeyId: "AKIAAAAAAAAAAAAAAAAA" };
    const message = "The security token included in the request is invalid.";
    await assert.rejects(new ECSClient(door.client(unknown)).send(new ListTasksCommand({ cluster: "jobs" })), { name: "UnrecognizedClientException", message });
    await assert.rejects(new LambdaClient(door.client(unknown)).send(new InvokeCommand({ FunctionName: "poll" })), { name: "UnrecognizedClientException", message });
    await assert.rejects(new STSClient(door.client(unknown)).send(new GetCallerIdentityCommand({})), { name: "InvalidClientTokenId", message });
  });

  it("refuses temporary credentials without their token, and with another's", async () => {
    const session = iam.assumeRole(poll.arn, lambdaCaller("poll"), "poll");
    const { accessKeyId, secretAccessKey } = iam.issueCredentials(session);
    const { sessionToken } = iam.issueCredentials(session);
    for (const credentials of [{ accessKeyId, secretAccessKey }, { accessKeyId, secretAccessKey, sessionToken }]) {
      await assert.rejects(new STSClient(door.client(credentials)).send(new GetCallerIdentityCommand({})), { name: "InvalidClientTokenId" });
    }
  });

  it("refuses credentials that were revoked, and says that they have expired", async () => {
    const credentials = iam.issueCredentials(iam.assumeRole(poll.arn, lambdaCaller("poll"), "poll"));
    const lambda = new LambdaClient(door.client(credentials));
    iam.revokeCredentials(credentials.accessKeyId);
    await assert.rejects(lambda.send(new InvokeCommand({ FunctionName: "poll" })), { name: "ExpiredTokenException", message: "The security token included in the request is expired" });
    await assert.rejects(new STSClient(door.client(credentials)).send(new GetCallerIdentityCommand({})), { name: "ExpiredToken" });
  });

  it("refuses a request that is not signed, in the protocol that it speaks", async () => {
    const rest = await send(door.endpoint, { method: "GET" });
    assert.equal(rest.status, 403);
    assert.equal(rest.headers["x-amzn-errortype"], "MissingAuthenticationTokenException");
    const json = await send(door.endpoint, { headers: { "x-amz-target": "AmazonEC2ContainerServiceV20141113.ListTasks" }, body: "{}" });
    assert.equal(json.status, 400);
    assert.deepEqual(JSON.parse(json.body), { __type: "MissingAuthenticationTokenException", message: "Missing Authentication Token" });
    const query = await send(door.endpoint, { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "Action=GetCallerIdentity" });
    assert.equal(query.status, 403);
    assert.match(query.body, /<Code>MissingAuthenticationToken<\/Code>/);
  });

  it("refuses an Authorization header that is no SigV4 signature", async () => {
    const answer = await send(door.endpoint, { headers: { authorization: "Bearer abc" } });
    assert.equal(answer.headers["x-amzn-errortype"], "IncompleteSignatureException");
  });

  it("refuses a clock that is more than 15 minutes off, either way, and allows less", async () => {
    const at = async (minutes: number) => sendSigned(door, await signed(door, { date: new Date(Date.now() + minutes * 60_000) }));
    const late = await at(-16);
    assert.equal(late.headers["x-amzn-errortype"], "InvalidSignatureException");
    assert.match(late.body, /Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z/);
    assert.match((await at(16)).body, /Signature not yet current/);
    assert.equal((await at(-14)).status, 200);
    assert.equal((await at(14)).status, 200);
  });

  it("refuses a body, a path, a query or a header changed on the way", async () => {
    const request = await signed(door, {});
    assert.equal((await sendSigned(door, request)).status, 200);
    const changes: Partial<SignedRequest>[] = [
      { body: '{"tampered":true}' },
      { path: request.path.replace("poll", "math") },
      { query: { Qualifier: "2" } },
      { headers: { ...request.headers, "x-amz-invocation-type": "Event" } },
    ];
    for (const change of changes) assertRefused(await sendSigned(door, { ...request, ...change }), "InvalidSignatureException");
  });

  it("refuses a body that is not the one whose hash is signed", async () => {
    const request = await signed(door, { headers: { "x-amz-content-sha256": createHash("sha256").update("{}").digest("hex") } });
    assert.equal((await sendSigned(door, request)).status, 200);
    assertRefused(await sendSigned(door, { ...request, body: '{"tampered":true}' }), "InvalidSignatureException");
    const unsigned = await signed(door, { headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } });
    assertRefused(await sendSigned(door, unsigned), "InvalidSignatureException");
  });

  it("refuses headers that matter and are not under the signature", async () => {
    const request = await signed(door, {});
    const answer = await sendSigned(door, { ...request, headers: { ...request.headers, "x-amz-invocation-type": "Event" } });
    assert.match(answer.body, /must be signed: x-amz-invocation-type/);
  });

  it("refuses a signature for another Region, and names the stack's", async () => {
    const client = new STSClient({ ...door.client(administrator), region: "us-east-1" });
    await assert.rejects(client.send(new GetCallerIdentityCommand({})), { name: "SignatureDoesNotMatch", message: /'us-east-1': this stack is in eu-west-1/ });
  });

  it("survives header and query names that mean something to JavaScript", async () => {
    const scope = `${amzDate(new Date()).slice(0, 8)}/eu-west-1/lambda/aws4_request`;
    for (const name of ["__proto__", "constructor"]) {
      const authorization = `AWS4-HMAC-SHA256 Credential=${administrator.accessKeyId}/${scope}, SignedHeaders=${name};host;x-amz-date, Signature=${"0".repeat(64)}`;
      const answer = await send(door.endpoint, { path: `/?${name}=1`, headers: { authorization, "x-amz-date": amzDate(new Date()) } });
      assertRefused(answer, "InvalidSignatureException");
    }
    assert.deepEqual(door.logged, []);
  });
});

interface SignedRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** An Invoke signed by hand, so that it can be changed afterwards. */
async function signed(door: Door, options: { date?: Date; headers?: Record<string, string>; credentials?: Credentials }): Promise<SignedRequest> {
  const signer = new SignatureV4({ credentials: options.credentials ?? administrator, region: identity.region, service: "lambda", sha256: NodeSha256, applyChecksum: false });
  const request = {
    method: "POST",
    protocol: "http:",
    hostname: "127.0.0.1",
    path: "/2015-03-31/functions/poll/invocations",
    query: { Qualifier: "1" },
    headers: { host: new URL(door.endpoint).host, ...options.headers },
    body: "{}",
  };
  const { headers } = await signer.sign(request, { signingDate: options.date ?? new Date() });
  return { path: request.path, query: request.query, headers, body: request.body };
}

function sendSigned(door: Door, request: SignedRequest): Promise<RawAnswer> {
  return send(door.endpoint, { path: `${request.path}?${new URLSearchParams(request.query).toString()}`, headers: request.headers, body: request.body });
}

function assertRefused(answer: RawAnswer, code: string): void {
  assert.equal(answer.status, 403);
  assert.equal(answer.headers["x-amzn-errortype"], code);
}

function amzDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

class NodeSha256 {
  readonly #hash;

  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Uint8Array);
  }

  update(data: unknown): void {
    this.#hash.update(data as Uint8Array);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}
