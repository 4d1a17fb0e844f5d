import type { Route, RoutedRequest } from "../gateway/rest-json-protocol.ts";
import { jsonResponse } from "../gateway/rest-json-protocol.ts";
import type { ApiCall, ApiResponse } from "../gateway/service.ts";
import type { DurableEngine } from "./engine.ts";
import { checkpointSchema, errorBodySchema, getSchema, historySchema, listSchema, parseBody, parseQuery, pauseSchema, resumeSchema, stateSchema } from "./input.ts";
import type { CallbackReport } from "./machine/outside.ts";
import { epochSeconds, restOperation } from "./time-stamps.ts";

type Call = Omit<ApiCall, "operation">;

/** The operations of the durable execution API. */
export function durableRoutes(engine: DurableEngine): readonly Route[] {
  return [
    ...executionRoutes("CheckpointDurableExecution", "POST", "/checkpoint", (arn, request) => checkpointCall(engine, arn, request)),
    ...executionRoutes("GetDurableExecutionState", "GET", "/state", (arn, { query }) => {
      const state = parseQuery(stateSchema, query);
      return () => {
        const { Operations, NextMarker } = engine.getExecutionState({ ...state, DurableExecutionArn: arn });
        return jsonResponse({ Operations: Operations.map(restOperation), NextMarker });
      };
    }),
    ...executionRoutes("GetDurableExecution", "GET", "", (arn, { query }) => {
      const { IncludeExecutionData } = parseQuery(getSchema, query);
      return () => jsonResponse(engine.queries.get(arn, IncludeExecutionData));
    }),
    ...executionRoutes("GetDurableExecutionHistory", "GET", "/history", (arn, { query }) => {
      const { IncludeExecutionData: includeData, ReverseOrder: reverseOrder, Marker: marker, MaxItems: maxItems } = parseQuery(historySchema, query);
      return () => jsonResponse(engine.queries.history(arn, { includeData, reverseOrder, marker, maxItems }));
    }),
    ...executionRoutes("StopDurableExecution", "POST", "/stop", (arn, { body }) => {
      const error = parseBody(errorBodySchema, body);
      return () => jsonResponse({ StopTimestamp: epochSeconds(engine.stopExecution(arn, error)) });
    }),
    ...executionRoutes("PauseDurableExecution", "POST", "/pause", (arn, { body }) => {
      const { ClientToken: clientToken, Reason: reason, ExecutionTimeoutPaused: timeoutPaused } = parseBody(pauseSchema, body);
      return () => {
        engine.pauseExecution(arn, { clientToken, reason, timeoutPaused });
        return jsonResponse({}, 202);
      };
    }),
    ...executionRoutes("ResumeDurableExecution", "POST", "/resume", (arn, { body }) => {
      const { ClientToken: clientToken, Reason: reason } = parseBody(resumeSchema, body);
      return () => {
        engine.resumeExecution(arn, { clientToken, reason });
        return jsonResponse({}, 202);
      };
    }),
    ...executionRoutes("DeleteDurableExecution", "DELETE", "", (arn) => () =>
      jsonResponse({ DeletionRequestTimestamp: epochSeconds(engine.deleteExecution(arn)) }, 202),
    ),
    {
      operation: "ListDurableExecutionsByFunction",
      method: "GET",
      path: "/2025-12-01/functions/{functionName}/durable-executions",
      call: (request) => listCall(engine, request),
    },
    callbackRoute(engine, "SendDurableExecutionCallbackSuccess", "succeed", (body) => ({ kind: "succeed", result: body.length === 0 ? undefined : body.toString("utf8") })),
    callbackRoute(engine, "SendDurableExecutionCallbackFailure", "fail", (body) => ({ kind: "fail", error: parseBody(errorBodySchema, body) })),
    callbackRoute(engine, "SendDurableExecutionCallbackHeartbeat", "heartbeat", () => ({ kind: "heartbeat" })),
  ];
}

/** An operation on one execution, under the ARN as SDKs send it (one encoded segment) and as people type it (four). */
function executionRoutes(
  operation: string,
  method: Route["method"],
  suffix: string,
  parse: (arn: string, request: RoutedRequest) => () => ApiResponse,
): Route[] {
  const call = (arn: string, request: RoutedRequest): Call => ({
    access: [{ action: `lambda:${operation}`, resource: arn }],
    execute: parse(arn, request),
  });
  const base = "/2025-12-01/durable-executions";
  return [
    { operation, method, path: `${base}/{arn}${suffix}`, call: (request) => call(request.parameters.arn ?? "", request) },
    {
      operation,
      method,
      path: `${base}/{function}/durable-execution/{name}/{id}${suffix}`,
      call: (request) => {
        const { function: functionArn = "", name = "", id = "" } = request.parameters;
        return call(`${functionArn}/durable-execution/${name}/${id}`, request);
      },
    },
  ];
}

function checkpointCall(engine: DurableEngine, arn: string, { body }: RoutedRequest): () => ApiResponse {
  const request = parseBody(checkpointSchema, body);
  return () => {
    const { CheckpointToken, NewExecutionState } = engine.checkpoint({ ...request, DurableExecutionArn: arn });
    return jsonResponse({ CheckpointToken, NewExecutionState: { Operations: NewExecutionState.Operations.map(restOperation) } });
  };
}

function listCall(engine: DurableEngine, { parameters, query }: RoutedRequest): Call {
  const { functionName = "" } = parameters;
  const input = parseQuery(listSchema, query, ["Statuses"]);
  const request = {
    functionName,
    qualifier: input.Qualifier,
    executionName: input.DurableExecutionName,
    statuses: input.Statuses,
    startedAfter: input.StartedAfter,
    startedBefore: input.StartedBefore,
    reverseOrder: input.ReverseOrder,
    marker: input.Marker,
    maxItems: input.MaxItems,
  };
  return {
    access: [{ action: "lambda:ListDurableExecutionsByFunction", resource: engine.queries.listedArn(request) }],
    execute: () => jsonResponse(engine.queries.list(request)),
  };
}

function callbackRoute(engine: DurableEngine, operation: string, verb: string, parse: (body: Buffer) => CallbackReport): Route {
  return {
    operation,
    method: "POST",
    path: `/2025-12-01/durable-execution-callbacks/{callbackId}/${verb}`,
    call: ({ parameters, body }) => {
      const { callbackId = "" } = parameters;
      const report = parse(body);
      return {
        access: [{ action: `lambda:${operation}`, resource: engine.callbackExecution(callbackId) }],
        execute: () => {
          engine.reportCallback(callbackId, report);
          return jsonResponse({});
        },
      };
    },
  };
}
