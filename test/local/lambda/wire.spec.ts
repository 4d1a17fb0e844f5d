import assert from "node:assert/strict";
import { join } from "node:path";
import { GetFunctionCommand, InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { createClock } from "../../../local/clock.ts";
import { restJsonService } from "../../../local/gateway/rest-json-protocol.ts";
import type { Iam } from "../../../local/iam/iam.ts";
import { EnvironmentPool } from "../../../local/lambda/pool.ts";
import { FunctionRegistry } from "../../../local/lambda/registry.ts";
import { lambdaRoutes } from "../../../local/lambda/routes.ts";
import { schema } from "../../../local/lambda/schema.ts";
import { Store } from "../../../local/store/store.ts";
import { awsError, openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, lambdaCaller, policy, role, trust } from "../iam/fixtures.ts";
import { CodeFolders, FakeLogs, functionVersion, identity } from "./support.ts";

describe("Lambda through the door, with the AWS SDK", () => {
  const SOURCE = "export const handler = async (event, context) => { if (event.fail) throw new TypeError('no'); return { got: event, context: context.clientContext, key: process.env.AWS_ACCESS_KEY_ID }; };";
  let code: CodeFolders;
  let store: Store;
  let pool: EnvironmentPool;
  let door: Door;
  let lambda: LambdaClient;
  let iam: Iam;

  before(async () => {
    code = new CodeFolders();
    store = Store.open({ file: ":memory:", schemas: [schema] });
    iam = createIam([
      role("greet", { invoke: policy({ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: "arn:aws:lambda:eu-west-1:000000000000:function:greet:live" }) }),
      role("untrusting", {}, trust("ecs-tasks.amazonaws.com")),
    ]);
    const registry = new FunctionRegistry({ store, identity });
    const greet = functionVersion({ codeFolder: code.write({ "index.mjs": SOURCE }) });
    const untrusting = functionVersion({ functionName: "untrusting", codeFolder: greet.codeFolder });
    registry.apply({ functions: [greet, untrusting], aliases: [{ functionArn: greet.functionArn, name: "live", version: "1" }] });
    const endpoint = () => door.endpoint;
    pool = new EnvironmentPool({ clock: createClock(), identity, iam, logs: new FakeLogs(), endpoint, compileCacheFolder: join(code.root, "cache") });
    const notAsked = () => assert.fail("Nothing durable or asynchronous is asked for here.");
    const routes = lambdaRoutes({
      identity,
      logs: { follow: () => () => undefined },
      registry,
      invoker: pool,
      asyncInvoker: { invokeAsync: notAsked },
      executions: { start: notAsked, waitForClose: notAsked },
    });
    door = await openDoor({ iam, services: [restJsonService({ signingName: "lambda", routes })] });
    lambda = new LambdaClient(door.client(administrator));
  });
  after(async () => {
    lambda.destroy();
    await pool.stop();
    await door.gateway.close();
    store.close();
    code.remove();
  });

  const invoke = (FunctionName: string, event: unknown) => lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));

  it("invokes a function by its qualified ARN", async () => {
    const answer = await invoke("arn:aws:lambda:eu-west-1:000000000000:function:greet:live", { a: 1 });
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.ExecutedVersion, "1");
    assert.equal(answer.FunctionError, undefined);
    assert.deepEqual((JSON.parse(answer.Payload!.transformToString()) as { got: unknown }).got, { a: 1 });
  });

  it("passes the client context of a synchronous call to the handler", async () => {
    const context = { custom: { name: "Zoë 🙂", lines: "a\nb" }, env: {} };
    const ClientContext = Buffer.from(JSON.stringify(context, undefined, 2)).toString("base64");
    const answer = await lambda.send(new InvokeCommand({ FunctionName: "greet", Payload: "{}", ClientContext }));
    assert.deepEqual((JSON.parse(answer.Payload!.transformToString()) as { context: unknown }).context, context);
  });

  it("reports a function's error as an answer", async () => {
    const answer = await invoke("greet", { fail: true });
    assert.equal(answer.FunctionError, "Unhandled");
    assert.partialDeepStrictEqual(JSON.parse(answer.Payload!.transformToString()), { errorType: "TypeError", errorMessage: "no" });
  });

  it("reports a role whose trust policy does not name Lambda", async () => {
    const answer = await invoke("untrusting", {});
    assert.equal(answer.FunctionError, "Unhandled");
    assert.match(answer.Payload!.transformToString(), /The role defined for the function cannot be assumed by Lambda\./);
  });

  it("answers a dry run, and names a function that is not there", async () => {
    assert.equal((await lambda.send(new InvokeCommand({ FunctionName: "greet", InvocationType: "DryRun" }))).StatusCode, 204);
    const missing = awsError("ResourceNotFoundException", 404, "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:nobody:live");
    await assert.rejects(invoke("nobody:live", {}), missing);
  });

  it("lets a role that may invoke an alias invoke that alias, not the function behind it", async () => {
    const session = iam.assumeRole("arn:aws:iam::000000000000:role/greet", lambdaCaller("greet"), "greet");
    const client = new LambdaClient(door.client(iam.issueCredentials(session)));
    try {
      assert.equal((await client.send(new InvokeCommand({ FunctionName: "greet:live" }))).StatusCode, 200);
      for (const FunctionName of ["greet", "greet:1"]) {
        await assert.rejects(client.send(new InvokeCommand({ FunctionName })), awsError("AccessDeniedException", 403));
      }
    } finally {
      client.destroy();
    }
  });

  it("shows functions", async () => {
    assert.equal((await lambda.send(new GetFunctionCommand({ FunctionName: "greet", Qualifier: "live" }))).Configuration?.Version, "1");
    assert.deepEqual((await lambda.send(new ListFunctionsCommand({}))).Functions?.map((each) => each.FunctionName), ["greet", "untrusting"]);
  });
});
