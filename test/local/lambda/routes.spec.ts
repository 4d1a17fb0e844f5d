import assert from "node:assert/strict";
import type { ClosedExecution, StartRequest } from "../../../local/durable/contract.ts";
import { restJsonService } from "../../../local/gateway/rest-json-protocol.ts";
import type { ApiResponse } from "../../../local/gateway/service.ts";
import type { InvocationOutcome } from "../../../local/lambda/function-version.ts";
import { FunctionRegistry } from "../../../local/lambda/registry.ts";
import { lambdaRoutes } from "../../../local/lambda/routes.ts";
import { schema } from "../../../local/lambda/schema.ts";
import { Store } from "../../../local/store/store.ts";
import { awsError, functionVersion, identity } from "./support.ts";

const PREFIX = "/2015-03-31/functions";
const ARN = "arn:aws:lambda:eu-west-1:000000000000:function";
const caller = { kind: "user" as const, arn: "arn:aws:iam::000000000000:user/developer", accountId: "000000000000" };

describe("the Lambda API", () => {
  let store: Store;
  let outcome: InvocationOutcome;
  let closed: ClosedExecution;
  let invoked: { event: string; version: string }[];
  let accepted: { functionArn: string; payload: string }[];
  let started: StartRequest[];

  beforeEach(() => {
    store = Store.open({ file: ":memory:", schemas: [schema] });
    outcome = { kind: "response", payload: '{"ok":true}' };
    closed = { executionArn: "execution", status: "SUCCEEDED", result: '"done"' };
    invoked = [];
    accepted = [];
    started = [];
  });
  afterEach(() => store.close());

  function parse(method: string, path: string, options: { headers?: Record<string, string>; body?: string } = {}) {
    const registry = new FunctionRegistry({ store, identity });
    const greet = functionVersion({ version: "2", environment: { COLOUR: "green" }, deadLetterQueueArn: "queue" });
    const durable = functionVersion({ functionName: "durable", durable: { executionTimeoutSeconds: 60, retentionDays: 7 } });
    registry.apply({ functions: [greet, durable], aliases: [{ functionArn: greet.functionArn, name: "live", version: "2" }] });
    const routes = lambdaRoutes({
      identity,
      logs: { follow: () => () => undefined },
      registry,
      invoker: {
        async invoke(version, event) {
          invoked.push({ event, version: version.version });
          return outcome;
        },
      },
      asyncInvoker: {
        invokeAsync(functionArn, payload) {
          accepted.push({ functionArn, payload });
          return {};
        },
      },
      executions: {
        start(request) {
          started.push(request);
          return { executionArn: "execution", existing: false };
        },
        waitForClose: async () => closed,
      },
    });
    const url = new URL(path, "http://localhost");
    const request = { method, path: url.pathname, query: url.searchParams, headers: options.headers ?? {}, body: Buffer.from(options.body ?? "") };
    return restJsonService({ signingName: "lambda", routes }).parse(request);
  }

  async function call(...parameters: Parameters<typeof parse>): Promise<ApiResponse> {
    return parse(...parameters).execute(caller);
  }

  const invoke = (name: string, headers: Record<string, string> = {}, body = '{"a":1}') =>
    call("POST", `${PREFIX}/${name}/invocations`, { headers, body });
  const show = async (path: string) => JSON.parse(String((await call("GET", PREFIX + path)).body)) as Record<string, unknown>;

  it("asks IAM about the function as it was addressed, before it looks whether it exists", () => {
    const resources = ["greet", "greet%3Alive", "greet%3A2", "durable%3A%24LATEST", encodeURIComponent(`${ARN}:nobody:live`)].map(
      (name) => parse("POST", `${PREFIX}/${name}/invocations`).access,
    );
    assert.deepEqual(
      resources,
      ["greet", "greet:live", "greet:2", "durable:$LATEST", "nobody:live"].map((name) => [{ action: "lambda:InvokeFunction", resource: `${ARN}:${name}` }]),
    );
    const byQuery = parse("POST", `${PREFIX}/greet/invocations?Qualifier=live`);
    assert.deepEqual(byQuery.access, [{ action: "lambda:InvokeFunction", resource: `${ARN}:greet:live` }]);
  });

  it("answers a plain invocation with the handler's response", async () => {
    const response = await invoke("greet%3Alive");
    assert.equal(response.status, 200);
    assert.equal(response.body, '{"ok":true}');
    assert.equal(response.headers["x-amz-executed-version"], "2");
    assert.equal(response.headers["x-amz-function-error"], undefined);
    assert.deepEqual(invoked, [{ event: '{"a":1}', version: "2" }]);
  });

  it("marks a function's error", async () => {
    outcome = { kind: "error", errorType: "TypeError", errorMessage: "no", stackTrace: ["at x"] };
    const response = await invoke("greet");
    assert.equal(response.status, 200);
    assert.equal(response.headers["x-amz-function-error"], "Unhandled");
    assert.deepEqual(JSON.parse(String(response.body)), { errorType: "TypeError", errorMessage: "no", trace: ["at x"] });
  });

  it("takes an empty body for an empty object", async () => {
    await invoke("greet", {}, "");
    assert.equal(invoked[0]!.event, "{}");
  });

  it("accepts an event and answers before it is handled", async () => {
    const response = await invoke("greet%3Alive", { "x-amz-invocation-type": "Event" });
    assert.equal(response.status, 202);
    assert.deepEqual(accepted, [{ functionArn: `${ARN}:greet:2`, payload: '{"a":1}' }]);
    assert.deepEqual(invoked, []);
  });

  it("waits for the end of a durable execution and answers with its result", async () => {
    const response = await invoke("durable%3A1", { "x-amz-durable-execution-name": "order-7" });
    assert.equal(response.body, '"done"');
    assert.equal(response.headers["x-amz-durable-execution-arn"], "execution");
    assert.equal(response.headers["x-amz-executed-version"], "1");
    assert.partialDeepStrictEqual(started[0]!, { name: "order-7", input: '{"a":1}', invocationType: "RequestResponse" });
    assert.deepEqual(invoked, []);
  });

  it("marks a durable execution that failed, and one that was stopped without a reason", async () => {
    closed = { executionArn: "execution", status: "FAILED", error: { ErrorType: "JobFailed", ErrorMessage: "exit code 3" } };
    const failed = await invoke("durable%3A1");
    assert.equal(failed.headers["x-amz-function-error"], "Unhandled");
    assert.deepEqual(JSON.parse(String(failed.body)), { errorType: "JobFailed", errorMessage: "exit code 3" });
    closed = { executionArn: "execution", status: "STOPPED" };
    const stopped = await invoke("durable%3A1");
    assert.equal(stopped.headers["x-amz-function-error"], "Unhandled");
    assert.match(String(stopped.body), /STOPPED/);
  });

  it("starts a durable execution for an event and answers with its ARN", async () => {
    const response = await invoke("durable%3A1", { "x-amz-invocation-type": "Event" });
    assert.equal(response.status, 202);
    assert.equal(response.headers["x-amz-durable-execution-arn"], "execution");
    assert.equal(started[0]!.invocationType, "Event");
  });

  it("does nothing on a dry run but check", async () => {
    const dry = { "x-amz-invocation-type": "DryRun" };
    assert.equal((await invoke("durable%3A1", dry)).status, 204);
    await assert.rejects(invoke("durable", dry), awsError("InvalidParameterValueException", /unqualified ARN/));
    await assert.rejects(invoke("nobody", dry), awsError("ResourceNotFoundException", /Function not found/));
    assert.deepEqual([invoked, accepted, started], [[], [], []]);
  });

  it("refuses what Lambda refuses, in its words", async () => {
    await assert.rejects(invoke("durable"), awsError("InvalidParameterValueException", "You cannot invoke a durable function using an unqualified ARN."));
    await assert.rejects(invoke("greet", {}, "{oops"), awsError("InvalidRequestContentException", /^Could not parse request body into json: /));
    await assert.rejects(
      invoke("greet", {}, `"${"x".repeat(6_291_455)}"`),
      awsError("RequestTooLargeException", "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)"),
    );
    await assert.rejects(
      invoke("greet", { "x-amz-invocation-type": "Event" }, `"${"x".repeat(1_048_575)}"`),
      awsError("RequestTooLargeException", "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"),
    );
    await assert.rejects(invoke("greet", { "x-amz-durable-execution-name": "order-7" }), awsError("InvalidParameterValueException", /durable functions only/));
    await assert.rejects(invoke("durable%3A1", { "x-amz-durable-execution-name": "a b" }), awsError("ValidationException", /'durableExecutionName'/));
    await assert.rejects(invoke("greet", { "x-amz-invocation-type": "Later" }), awsError("ValidationException", /enum value set/));
    assert.deepEqual([invoked, accepted, started], [[], [], []]);
  });

  it("shows functions, their versions and aliases", async () => {
    const configuration = await show("/greet/configuration");
    assert.partialDeepStrictEqual(configuration, { FunctionName: "greet", Version: "$LATEST", FunctionArn: `${ARN}:greet`, Environment: { Variables: { COLOUR: "green" } } });
    assert.partialDeepStrictEqual(await show("/greet?Qualifier=live"), { Configuration: { Version: "2", FunctionArn: `${ARN}:greet:live` } });
    assert.partialDeepStrictEqual(await show("/durable"), { Configuration: { DurableConfig: { ExecutionTimeout: 60, RetentionPeriodInDays: 7 } } });
    assert.deepEqual(await show("/greet/aliases"), {
      Aliases: [{ AliasArn: `${ARN}:greet:live`, Name: "live", FunctionVersion: "2", Description: "" }],
    });
    assert.partialDeepStrictEqual(await show("/greet/aliases/live"), { FunctionVersion: "2" });
    const names = (list: unknown, key: string) => (list as Record<string, unknown>[]).map((each) => each[key]);
    assert.deepEqual(names((await show("/greet/versions")).Versions, "Version"), ["$LATEST", "2"]);
    assert.deepEqual(names((await show("")).Functions, "FunctionName"), ["durable", "greet"]);
    assert.deepEqual(names((await show("/")).Functions, "FunctionName"), ["durable", "greet"]);
  });
});
