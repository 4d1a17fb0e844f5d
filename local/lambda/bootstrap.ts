// The Node.js runtime of the local stack: a process of its own that speaks to the stack over the channel that it was
// started with, or by Lambda's Runtime API. Only Node's own modules and its neighbours that do the same are imported,
// since every cold start pays for them.
import { flushCompileCache } from "node:module";
import { eventWithClient } from "./durable-event.ts";
import { functionConsole, writeLine } from "./function-console.ts";
import { lazyConsole } from "./lazy-console.ts";
import { errorBody, loadHandler, type Handler, type HandlerContext } from "./load-handler.ts";
import type { NextInvocation, RuntimeLink } from "./runtime-link.ts";

// How the stack starts this process is not the function's business.
delete process.env.NODE_COMPILE_CACHE;

/** What the context of every invocation says. */
const ENVIRONMENT = {
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? "",
  functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION ?? "",
  memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? "",
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? "",
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? "",
};

const client = await link();
let requestId: string | undefined;
functionConsole(() => requestId);
lazyConsole();

for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => void crash(error, event === "uncaughtException" ? undefined : "Runtime.UnhandledPromiseRejection"));
}

try {
  const handler = await loadHandler(process.env.LAMBDA_TASK_ROOT ?? "", process.env._HANDLER ?? "");
  const first = client.next();
  flushCompileCache();
  for (let invocation = await first; ; invocation = await client.next()) await serve(handler, invocation);
} catch (error) {
  await crash(error);
}

async function link(): Promise<RuntimeLink> {
  if (process.send !== undefined) return new (await import("./channel-client.ts")).ChannelClient();
  return new (await import("./runtime-client.ts")).RuntimeClient(process.env.AWS_LAMBDA_RUNTIME_API ?? "");
}

async function serve(handler: Handler, invocation: NextInvocation): Promise<void> {
  requestId = invocation.requestId;
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  let answer: { kind: "response" | "error"; body: string };
  try {
    const result = await handler(eventOf(invocation), contextOf(invocation));
    answer = { kind: "response", body: JSON.stringify(result ?? null) };
  } catch (error) {
    writeLine("ERROR", requestId, ["Invoke Error", error]);
    answer = { kind: "error", body: errorBody(error) };
  }
  await client.answer(invocation.requestId, answer.kind, answer.body);
}

/** Nothing that runs on after this can be trusted: the environment reports what happened and ends. */
async function crash(error: unknown, errorType?: string): Promise<never> {
  writeLine("ERROR", requestId, ["Uncaught Exception", error]);
  const body = errorBody(error, errorType);
  try {
    await (requestId === undefined ? client.initError(body) : client.answer(requestId, "error", body));
    await client.sent();
  } finally {
    process.exit(1);
  }
}

function eventOf({ event, durableClient }: NextInvocation): unknown {
  const parsed: unknown = JSON.parse(event);
  return durableClient === undefined ? parsed : eventWithClient(parsed as object, durableClient);
}

function contextOf(invocation: NextInvocation): HandlerContext {
  return {
    ...ENVIRONMENT,
    callbackWaitsForEmptyEventLoop: true,
    invokedFunctionArn: invocation.functionArn,
    awsRequestId: invocation.requestId,
    clientContext: invocation.clientContext === undefined ? undefined : JSON.parse(invocation.clientContext),
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
  };
}
