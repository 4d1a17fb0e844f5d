import { randomUUID } from "node:crypto";
import type { ClosedExecution, DurableExecutionStarter } from "../durable/contract.ts";
import { AwsError } from "../errors.ts";
import type { Route } from "../gateway/rest-json-protocol.ts";
import type { ApiRequest, ApiResponse } from "../gateway/service.ts";
import type { Identity } from "../identity.ts";
import type { AsyncInvoker, FunctionDirectory, FunctionVersion, HandlerInvoker, InvocationOutcome } from "./function-version.ts";
import { clientContextOf } from "./client-context.ts";
import { LogTail, type LogFollower } from "./log-tail.ts";
import { parsePayload, requireQualifier, type InvocationType } from "./invocation-rules.ts";
import { parseFunctionName } from "./names.ts";

export interface InvokeOptions {
  readonly identity: Identity;
  readonly registry: FunctionDirectory;
  readonly invoker: HandlerInvoker;
  readonly asyncInvoker: AsyncInvoker;
  readonly executions: DurableExecutionStarter;
  readonly logs: LogFollower;
}

/** `Invoke`: RequestResponse, Event and DryRun, of plain and of durable functions. */
export function invokeRoute(options: InvokeOptions): Route {
  return {
    operation: "Invoke",
    method: "POST",
    path: "/2015-03-31/functions/{name}/invocations",
    call(request) {
      const address = parseFunctionName(request.parameters.name ?? "", request.query.get("Qualifier") ?? undefined, options.identity);
      const type = invocationType(request);
      const executionName = durableExecutionName(request);
      const clientContext = clientContextOf(request);
      return {
        access: [{ action: "lambda:InvokeFunction", resource: address.arn }],
        execute() {
          const target = options.registry.resolve(address.arn);
          requireQualifier(target);
          const { version } = target;
          if (type === "DryRun") return { status: 204, headers: {}, body: "" };
          const payload = parsePayload(request.body, type);
          if (version.durable !== undefined) return invokeDurable(options, version, payload, type, executionName);
          if (executionName !== undefined) {
            throw invalidParameter("A durable execution name can be given for durable functions only.");
          }
          if (type === "RequestResponse") {
            return invokePlain(options, version, payload, { clientContext, wantsLog: request.headers["x-amz-log-type"] === "Tail" });
          }
          options.asyncInvoker.invokeAsync(version.qualifiedArn, payload);
          return accepted(version, {});
        },
      };
    },
  };
}

async function invokePlain(
  { invoker, logs }: InvokeOptions,
  version: FunctionVersion,
  payload: string,
  { clientContext, wantsLog }: { readonly clientContext: string | undefined; readonly wantsLog: boolean },
): Promise<ApiResponse> {
  const requestId = randomUUID();
  const log = wantsLog ? new LogTail(logs, version.logGroupName, requestId) : undefined;
  const outcome = await invoker.invoke(version, payload, requestId, { clientContext });
  return answer(version, outcome, log === undefined ? {} : { "x-amz-log-result": await log.read() });
}

async function invokeDurable(
  { executions }: InvokeOptions,
  version: FunctionVersion,
  input: string,
  invocationType: "RequestResponse" | "Event",
  name: string | undefined,
): Promise<ApiResponse> {
  const { executionArn } = executions.start({ version, input, invocationType, name });
  const headers = { "x-amz-durable-execution-arn": executionArn };
  if (invocationType === "Event") return accepted(version, headers);
  return answer(version, outcomeOf(await executions.waitForClose(executionArn)), headers);
}

function outcomeOf({ status, result, error }: ClosedExecution): InvocationOutcome {
  if (status === "SUCCEEDED") return { kind: "response", payload: result ?? "" };
  return {
    kind: "error",
    errorType: error?.ErrorType ?? status,
    errorMessage: error?.ErrorMessage ?? `The durable execution ended with status ${status}.`,
    stackTrace: error?.StackTrace,
  };
}

function accepted(version: FunctionVersion, headers: Record<string, string>): ApiResponse {
  return { status: 202, headers: { ...headers, "x-amz-executed-version": version.version }, body: "" };
}

function answer(version: FunctionVersion, outcome: InvocationOutcome, headers: Record<string, string>): ApiResponse {
  const all = { ...headers, "content-type": "application/json", "x-amz-executed-version": version.version };
  if (outcome.kind === "response") return { status: 200, headers: all, body: outcome.payload };
  const { errorType, errorMessage, stackTrace } = outcome;
  // As each runtime writes it.
  const trace = version.runtime.startsWith("nodejs") ? { trace: stackTrace } : { stackTrace };
  return {
    status: 200,
    headers: { ...all, "x-amz-function-error": "Unhandled" },
    body: JSON.stringify({ errorType, errorMessage, ...trace }),
  };
}

function invocationType(request: ApiRequest): InvocationType {
  const type = request.headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (type === "RequestResponse" || type === "Event" || type === "DryRun") return type;
  throw new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${type}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`,
  );
}

function durableExecutionName(request: ApiRequest): string | undefined {
  const name = request.headers["x-amz-durable-execution-name"];
  if (name === undefined || /^[A-Za-z0-9_-]{1,64}$/.test(name)) return name;
  throw new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${name}' at 'durableExecutionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]{1,64}`,
  );
}

function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message, 400, { Type: "User" });
}
