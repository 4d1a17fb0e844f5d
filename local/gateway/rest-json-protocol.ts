import { AwsError } from "../errors.ts";
import type { ApiCall, ApiRequest, ApiResponse, Service } from "./service.ts";

/** A request whose path has been taken apart; parameters are percent-decoded. */
export interface RoutedRequest extends ApiRequest {
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Route {
  /** Name of the operation, such as `CheckpointDurableExecution`. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Such as `/2025-12-01/durable-executions/{arn}/checkpoint`; a parameter is one raw segment. */
  readonly path: string;
  call(request: RoutedRequest): Omit<ApiCall, "operation">;
}

export function restJsonService(options: { signingName: string; routes: readonly Route[] }): Service {
  const table = options.routes.map((route) => ({ route, segments: route.path.split("/") }));
  return {
    signingName: options.signingName,
    protocol: "rest-json",
    parse(request) {
      const segments = request.path.split("/");
      for (const { route, segments: pattern } of table) {
        if (route.method !== request.method) continue;
        const parameters = match(pattern, segments);
        if (parameters !== undefined) return { operation: route.operation, ...route.call({ ...request, parameters }) };
      }
      throw new AwsError(
        "UnknownOperationException",
        `The local stack does not implement ${options.signingName}: ${request.method} ${request.path}`,
        404,
      );
    },
  };
}

export function jsonResponse(body: unknown, status = 200, headers: Record<string, string> = {}): ApiResponse {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index] ?? "";
    if (expected.startsWith("{")) parameters[expected.slice(1, -1)] = decode(actual);
    else if (expected !== actual) return undefined;
  }
  return parameters;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new AwsError("ValidationException", `The path has a malformed escape sequence: ${segment}`);
  }
}
