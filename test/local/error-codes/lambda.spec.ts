import assert from "node:assert/strict";
import * as lambda from "@aws-sdk/client-lambda";
import { restJsonService } from "../../../local/gateway/rest-json-protocol.ts";
import { FunctionRegistry } from "../../../local/lambda/registry.ts";
import { lambdaRoutes } from "../../../local/lambda/routes.ts";
import { schema } from "../../../local/lambda/schema.ts";
import { Store } from "../../../local/store/store.ts";
import { openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, identity } from "../iam/fixtures.ts";
import { functionVersion } from "../lambda/support.ts";
import { itRefuses, type Refusal } from "./calls.ts";

const names = Array.from({ length: 60 }, (_, index) => `function-${String(index).padStart(2, "0")}`);
const FunctionName = "function-00";
const base64 = (text: string) => Buffer.from(text).toString("base64");

const REFUSALS: Refusal[] = [
  { command: lambda.ListFunctionsCommand, query: { MaxItems: "0" }, code: "ValidationException" },
  { command: lambda.ListFunctionsCommand, query: { MaxItems: "10001" }, code: "ValidationException" },
  { command: lambda.ListFunctionsCommand, query: { Marker: "garbage" }, code: "InvalidParameterValueException" },
  { command: lambda.ListVersionsByFunctionCommand, input: { FunctionName }, query: { Marker: "garbage" }, code: "InvalidParameterValueException" },
  { command: lambda.ListVersionsByFunctionCommand, input: { FunctionName: "none" }, code: "ResourceNotFoundException", status: 404 },
  { command: lambda.ListAliasesCommand, input: { FunctionName }, query: { Marker: "garbage" }, code: "InvalidParameterValueException" },
  { command: lambda.ListAliasesCommand, input: { FunctionName }, query: { MaxItems: "x" }, code: "ValidationException" },
  { command: lambda.GetFunctionCommand, input: { FunctionName: "none" }, code: "ResourceNotFoundException", status: 404 },
  { command: lambda.GetFunctionConfigurationCommand, input: { FunctionName, Qualifier: "9" }, code: "ResourceNotFoundException", status: 404 },
  { command: lambda.GetAliasCommand, input: { FunctionName, Name: "none" }, code: "ResourceNotFoundException", status: 404 },
  { command: lambda.InvokeCommand, input: { FunctionName: "none" }, code: "ResourceNotFoundException", status: 404 },
  { command: lambda.InvokeCommand, input: { FunctionName, Payload: "{" }, code: "InvalidRequestContentException" },
  { command: lambda.InvokeCommand, input: { FunctionName, InvocationType: "Later" }, code: "ValidationException" },
  ...["not Base64!", base64("not JSON"), base64("[]"), base64('"text"'), base64(JSON.stringify({ a: "x".repeat(3000) }))].map((ClientContext) => ({
    command: lambda.InvokeCommand,
    input: { FunctionName, ClientContext },
    code: "InvalidRequestContentException",
  })),
];

describe("The error codes of Lambda", () => {
  let store: Store;
  let door: Door;
  let client: lambda.LambdaClient;

  before(async () => {
    store = Store.open({ file: ":memory:", schemas: [schema] });
    const registry = new FunctionRegistry({ store, identity });
    registry.apply({ functions: names.map((functionName) => functionVersion({ functionName })), aliases: [] });
    const routes = lambdaRoutes({
      identity,
      registry,
      logs: { follow: () => () => undefined },
      invoker: { invoke: async () => ({ kind: "response", payload: "1" }) },
      asyncInvoker: { invokeAsync: () => ({}) },
      executions: { start: () => assert.fail("nothing here is durable"), waitForClose: () => assert.fail("nothing here is durable") },
    });
    door = await openDoor({ iam: createIam(), services: [restJsonService({ signingName: "lambda", routes })], committed: () => store.committed() });
    client = new lambda.LambdaClient(door.client(administrator));
  });
  after(async () => {
    client.destroy();
    await door.gateway.close();
    store.close();
  });

  itRefuses("lambda", () => client, REFUSALS);

  it("lists functions in pages of 50 at most, and of fewer when asked to", async () => {
    const first = await client.send(new lambda.ListFunctionsCommand({ MaxItems: 10_000 }));
    const second = await client.send(new lambda.ListFunctionsCommand({ Marker: first.NextMarker }));
    assert.deepEqual([first, second].map(({ Functions }) => Functions?.length), [50, 10]);
    assert.equal(second.NextMarker, undefined);
    const pages = lambda.paginateListFunctions({ client, pageSize: 7 }, {});
    const found: (string | undefined)[] = [];
    for await (const { Functions = [] } of pages) found.push(...Functions.map((each) => each.FunctionName));
    assert.deepEqual(found, names);
  });

  it("takes a ClientContext that is a JSON object", async () => {
    const { StatusCode } = await client.send(new lambda.InvokeCommand({ FunctionName, ClientContext: base64('{"custom":{}}') }));
    assert.equal(StatusCode, 200);
  });
});
