import assert from "node:assert/strict";
import { createClock } from "../../../local/clock.ts";
import type { FunctionVersion } from "../../../local/lambda/function-version.ts";
import { eachChannel, isGone, json, logged } from "./pools.ts";
import { eventually, functionVersion } from "./support.ts";

eachChannel("an execution environment", (used) => {
  it("answers with what the handler returns for its event", async () => {
    const version = used.nodeFunction("export const handler = async (event) => ({ sum: event.a + event.b });");
    assert.deepEqual(await used.createPool().invoke(version, '{"a":1,"b":2}', "r1"), { kind: "response", payload: '{"sum":3}' });
  });

  it("gives the handler Lambda's context", async () => {
    const version = used.nodeFunction("export const handler = async (_, c) => ({ ...c, left: c.getRemainingTimeInMillis() });", { timeoutSeconds: 7 });
    const context = json(await used.createPool().invoke(version, "{}", "r1")) as Record<string, unknown>;
    assert.equal(context.awsRequestId, "r1");
    assert.equal(context.functionName, "greet");
    assert.equal(context.functionVersion, "1");
    assert.equal(context.invokedFunctionArn, version.qualifiedArn);
    assert.equal(context.memoryLimitInMB, "128");
    assert.ok(Number(context.left) > 5000 && Number(context.left) <= 7000);
  });

  it("gives the handler the caller's client context, and none without one", async () => {
    const version = used.nodeFunction("export const handler = async (_, c) => ({ context: c.clientContext });");
    const pool = used.createPool();
    assert.deepEqual(json(await pool.invoke(version, "{}", "r1", { clientContext: '{"custom":{"a":"\\u00e9"}}' })), { context: { custom: { a: "é" } } });
    assert.deepEqual(json(await pool.invoke(version, "{}", "r2")), {});
  });

  it("answers with the error that the handler throws, and goes on with the same environment", async () => {
    const version = used.nodeFunction('let n = 0; export const handler = async () => { if (++n === 1) throw new RangeError("too far"); return n; };');
    const pool = used.createPool();
    const outcome = await pool.invoke(version, "{}", "r1");
    assert.ok(outcome.kind === "error");
    assert.equal(outcome.errorType, "RangeError");
    assert.equal(outcome.errorMessage, "too far");
    assert.match(outcome.stackTrace?.[1] ?? "", /index\.mjs/);
    assert.equal(json(await pool.invoke(version, "{}", "r2")), 2);
  });

  it("loads CommonJS handlers and handlers in folders' modules by Lambda's rules", async () => {
    const codeFolder = used.code.write({ "index.js": "module.exports = { api: { get: async () => 'got' } };" });
    assert.equal(json(await used.createPool().invoke(functionVersion({ codeFolder, handler: "index.api.get" }), "{}", "r1")), "got");
  });

  it("kills a handler that uses more than its function's memory, outside of Node's heap too, and takes a fresh one", async () => {
    const version = used.nodeFunction(
      "const kept = []; export const handler = async ({ leak }) => { while (leak) { kept.push(Buffer.alloc(8e6, 1)); await new Promise((r) => setTimeout(r, 10)); } return kept.length; };",
    );
    const pool = used.createPool();
    const outcome = await pool.invoke(version, '{"leak":true}', "r1");
    assert.ok(outcome.kind === "error");
    assert.equal(outcome.errorMessage, "RequestId: r1 Error: Runtime exited with error: signal: killed");
    assert.equal(json(await pool.invoke(version, "{}", "r2")), 0);
  });

  it("tells how a handler's process exited, and takes a fresh one", async () => {
    const version = used.nodeFunction("let n = 0; export const handler = async ({ code }) => { if (code !== undefined) process.exit(code); return ++n; };");
    const pool = used.createPool();
    assert.deepEqual(await pool.invoke(version, '{"code":3}', "r1"), {
      kind: "error",
      errorType: "Runtime.ExitError",
      errorMessage: "RequestId: r1 Error: Runtime exited with error: exit status 3",
    });
    assert.deepEqual(await pool.invoke(version, '{"code":0}', "r2"), {
      kind: "error",
      errorType: "Runtime.ExitError",
      errorMessage: "RequestId: r2 Error: Runtime exited without providing a reason",
    });
    assert.equal(json(await pool.invoke(version, "{}", "r3")), 1);
  });

  it("tells that a process was killed in the middle of an invocation, and takes a fresh one", async () => {
    const version = used.nodeFunction("export const handler = async ({ hang }) => { console.log(process.pid); if (hang) await new Promise(() => setInterval(() => {}, 1000)); return 'fresh'; };");
    const pool = used.createPool();
    const hanging = pool.invoke(version, '{"hang":true}', "r1");
    process.kill(await eventually("the handler tells its process id", () => logged(used.logs, "r1")), "SIGKILL");
    assert.deepEqual(await hanging, {
      kind: "error",
      errorType: "Runtime.ExitError",
      errorMessage: "RequestId: r1 Error: Runtime exited with error: signal: killed",
    });
    assert.equal(json(await pool.invoke(version, "{}", "r2")), "fresh");
  });

  it("reports an error that nobody caught, and does not use its environment again", async () => {
    const version = used.nodeFunction("let n = 0; export const handler = async ({ bad }) => { n++; if (bad) { Promise.reject(new TypeError('lost')); await new Promise(() => setInterval(() => {}, 1000)); } return n; };");
    const pool = used.createPool();
    const outcome = await pool.invoke(version, '{"bad":true}', "r1");
    assert.ok(outcome.kind === "error");
    assert.equal(outcome.errorType, "Runtime.UnhandledPromiseRejection");
    assert.equal(outcome.errorMessage, "lost");
    assert.equal(json(await pool.invoke(version, "{}", "r2")), 1);
  });

  it("kills a handler that spins past its time-out, with what it started", async () => {
    const version = used.nodeFunction(
      "import { spawn } from 'node:child_process'; export const handler = async () => { console.log(spawn('/bin/sleep', ['600']).pid); for (;;); };",
      { timeoutSeconds: 0.3 },
    );
    assert.deepEqual(await used.createPool().invoke(version, "{}", "r1"), {
      kind: "error",
      errorType: "Sandbox.Timedout",
      errorMessage: "RequestId: r1 Error: Task timed out after 0.30 seconds",
    });
    const child = logged(used.logs, "r1");
    assert.ok(child);
    await eventually("the handler's own child ends", () => isGone(child));
  });

  it("fails the invocation whose environment cannot load its handler", async () => {
    const pool = used.createPool();
    const failures: [string, Partial<FunctionVersion>, string, RegExp][] = [
      ["", { handler: "missing.handler" }, "Runtime.ImportModuleError", /Cannot find module 'missing'/],
      ["export const other = 1;", {}, "Runtime.HandlerNotFound", /index\.handler is undefined or not exported/],
      ["throw new TypeError('bad configuration');", {}, "TypeError", /bad configuration/],
      ["process.exit(7);", {}, "Runtime.ExitError", /^RequestId: r1 Error: Runtime exited with error: exit status 7$/],
      ["", { codeFolder: "/nowhere" }, "Runtime.InvalidEntrypoint", /code is missing: \/nowhere/],
      ["", { runtime: "java21" }, "Runtime.NotSupported", /cannot run java21/],
      ["", { runtime: "provided.al2023" }, "Runtime.InvalidEntrypoint", /Couldn't find valid bootstrap/],
    ];
    const outcomes = await Promise.all(
      failures.map(([source, parts], index) => pool.invoke(used.nodeFunction(source, { version: String(index + 1), ...parts }), "{}", "r1")),
    );
    for (const [index, outcome] of outcomes.entries()) {
      assert.ok(outcome.kind === "error");
      assert.equal(outcome.errorType, failures[index]![2]);
      assert.match(outcome.errorMessage, failures[index]![3]);
    }
  });

  it("refuses a response over 6 MB, and goes on with the same environment", async () => {
    const version = used.nodeFunction("let n = 0; export const handler = async ({ size }) => { n++; return size ? 'x'.repeat(size) : n; };");
    const pool = used.createPool();
    const outcome = await pool.invoke(version, '{"size":6291556}', "r1");
    assert.ok(outcome.kind === "error");
    assert.equal(outcome.errorType, "Function.ResponseSizeTooLarge");
    assert.match(outcome.errorMessage, /exceeded maximum allowed payload size \(6291556 bytes\)/);
    assert.equal(json(await pool.invoke(version, "{}", "r2")), 2);
  });

  it("gives the process Lambda's variables and the function's, and none of the stack's own", async () => {
    process.env.SECRET_OF_THE_STACK = "do not pass on";
    const version = used.nodeFunction("export const handler = async () => process.env;", { environment: { COLOUR: "green", AWS_REGION: "mars-1" } });
    const variables = json(await used.createPool().invoke(version, "{}", "r1")) as Record<string, string>;
    delete process.env.SECRET_OF_THE_STACK;
    // What the shell adds that starts the process, as on AWS.
    const shell = new Set(["PWD", "OLDPWD", "SHLVL", "_"]);
    const names = Object.keys(variables).filter((name) => !shell.has(name));
    assert.deepEqual(names.sort(), [
      "AWS_ACCESS_KEY_ID",
      "AWS_DEFAULT_REGION",
      "AWS_ENDPOINT_URL",
      "AWS_EXECUTION_ENV",
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
      "AWS_LAMBDA_FUNCTION_NAME",
      "AWS_LAMBDA_FUNCTION_VERSION",
      "AWS_LAMBDA_INITIALIZATION_TYPE",
      "AWS_LAMBDA_LOG_FORMAT",
      "AWS_LAMBDA_LOG_GROUP_NAME",
      "AWS_LAMBDA_LOG_LEVEL",
      "AWS_LAMBDA_LOG_STREAM_NAME",
      "AWS_LAMBDA_RUNTIME_API",
      "AWS_REGION",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SESSION_TOKEN",
      "COLOUR",
      "LAMBDA_TASK_ROOT",
      "LANG",
      "PATH",
      "TZ",
      "_HANDLER",
      "_X_AMZN_TRACE_ID",
    ]);
    assert.equal(variables.AWS_REGION, "eu-west-1");
    assert.equal(variables.AWS_ENDPOINT_URL, "http://127.0.0.1:4566");
    assert.ok(used.iam.live.has(variables.AWS_ACCESS_KEY_ID!));
  });

  it("logs each console line as JSON with its request id, and a report, to the function's log group", async () => {
    const version = used.nodeFunction("export const handler = async () => { console.warn('careful', { a: 1 }); console.log({ deep: { b: 2 } }); process.stderr.write('raw\\n'); };");
    await used.createPool().invoke(version, "{}", "r1");
    await eventually("the report is logged", () => used.logs.messages.some((message) => message.includes("platform.report")));
    const [warning, object, raw, report] = used.logs.messages;
    assert.partialDeepStrictEqual(JSON.parse(warning!), { level: "WARN", requestId: "r1", message: "careful { a: 1 }" });
    assert.partialDeepStrictEqual(JSON.parse(object!), { level: "INFO", requestId: "r1", message: { deep: { b: 2 } } });
    assert.equal(raw, "raw");
    assert.partialDeepStrictEqual(JSON.parse(report!), { type: "platform.report", record: { requestId: "r1", status: "success" } });
    assert.equal(used.logs.lines[0]!.group, "/aws/lambda/greet");
    assert.match(used.logs.lines[0]!.stream, /^\d{4}\/\d\d\/\d\d\/\[1\][0-9a-f]{32}$/);
  });

  it("keeps a bounded part of what a handler prints without end", async () => {
    const version = used.nodeFunction("export const handler = async () => { for (;;) console.log('x'.repeat(10_000)); };", { timeoutSeconds: 0.5 });
    const outcome = await used.createPool().invoke(version, "{}", "r1");
    assert.equal(outcome.kind === "error" && outcome.errorType, "Sandbox.Timedout");
    assert.ok(used.logs.messages.some((message) => message.includes("the rest is dropped")));
    assert.ok(used.logs.messages.reduce((sum, message) => sum + message.length, 0) < 9_000_000);
  });

  it("runs a custom runtime: any program that speaks the Runtime API", async () => {
    const bootstrap = `#!${process.execPath}
      const base = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/";
      for (;;) {
        const next = await fetch(base + "next");
        const id = next.headers.get("lambda-runtime-aws-request-id");
        const event = await next.json();
        const headers = { arn: next.headers.get("lambda-runtime-invoked-function-arn"), trace: next.headers.get("lambda-runtime-trace-id"), deadline: Number(next.headers.get("lambda-runtime-deadline-ms")) - Date.now() };
        if (event.fail) await fetch(base + id + "/error", { method: "POST", body: JSON.stringify({ errorType: "Custom", errorMessage: "no", stackTrace: ["line 1"] }) });
        else await fetch(base + id + "/response", { method: "POST", body: JSON.stringify({ id, event, headers }) });
      }`;
    // Node takes a file without extension for a module only where a package says so.
    const codeFolder = used.code.write({ bootstrap, "package.json": '{"type":"module"}' });
    const version = functionVersion({ codeFolder, runtime: "provided.al2023", handler: "unused" });
    const pool = used.createPool();
    const answer = json(await pool.invoke(version, '{"a":1}', "r1")) as { id: string; event: unknown; headers: { arn: string; trace: string; deadline: number } };
    assert.equal(answer.id, "r1");
    assert.deepEqual(answer.event, { a: 1 });
    assert.equal(answer.headers.arn, version.qualifiedArn);
    assert.match(answer.headers.trace, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}/);
    assert.ok(answer.headers.deadline > 0 && answer.headers.deadline <= 10_000);
    assert.deepEqual(await pool.invoke(version, '{"fail":true}', "r2"), { kind: "error", errorType: "Custom", errorMessage: "no", stackTrace: ["line 1"] });
  });

  it("lets a handler's own timers run as fast as the stack's time", async () => {
    const version = used.nodeFunction(
      "import { setTimeout as sleep } from 'node:timers/promises'; export const handler = async () => { const s = Date.now(); await sleep(20_000); await new Promise((r) => setTimeout(r, 20_000)); return Date.now() - s; };",
    );
    const took = json(await used.createPool({ clock: createClock(200) }).invoke(version, "{}", "r1")) as number;
    assert.ok(took >= 190 && took < 3000, `two waits of 20 s at speed 200 took ${took} ms`);
  });
});
