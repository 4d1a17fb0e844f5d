import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import * as z from "zod";
import { AwsError } from "../../../local/errors.ts";
import { jsonOperation, jsonService } from "../../../local/gateway/json-protocol.ts";
import { jsonResponse, restJsonService } from "../../../local/gateway/rest-json-protocol.ts";
import { Gateway, type Pages } from "../../../local/gateway/server.ts";
import type { ApiRequest, Service } from "../../../local/gateway/service.ts";
import type { Credentials } from "../../../local/iam/access.ts";
import type { Iam } from "../../../local/iam/iam.ts";
import { stsService } from "../../../local/sts/service.ts";
import { identity } from "../iam/fixtures.ts";

export const CLUSTER_ARN = "arn:aws:ecs:eu-west-1:000000000000:cluster/jobs";
export const FUNCTION_ARN = "arn:aws:lambda:eu-west-1:000000000000:function:poll:7";

/** ECS cut down to one operation that answers with what it was given, and one that fails in a way nobody foresaw. */
export function fakeEcs(): Service {
  return jsonService({
    signingName: "ecs",
    targetPrefix: "AmazonEC2ContainerServiceV20141113",
    version: "1.1",
    operations: {
      ListTasks: jsonOperation({
        input: z.object({ cluster: z.string(), startedBy: z.string().optional() }),
        access: () => [{ action: "ecs:ListTasks", resource: CLUSTER_ARN }],
        execute: (input, caller) => ({ taskArns: [input.cluster, input.startedBy ?? "", caller.arn] }),
      }),
      DescribeTasks: jsonOperation({
        input: z.object({}),
        access: () => [],
        execute: () => {
          throw new Error("a secret of the inside");
        },
      }),
    },
  });
}

/** Lambda cut down to Invoke, which answers with its payload, and a lookup that finds nothing. */
export function fakeLambda(): Service {
  return restJsonService({
    signingName: "lambda",
    routes: [
      {
        operation: "Invoke",
        method: "POST",
        path: "/2015-03-31/functions/{name}/invocations",
        call: ({ parameters, body, query }) => ({
          access: [{ action: "lambda:InvokeFunction", resource: FUNCTION_ARN }],
          execute: () => ({ status: 200, headers: { "x-amz-executed-version": query.get("Qualifier") ?? parameters["name"] ?? "" }, body }),
        }),
      },
      {
        operation: "GetDurableExecution",
        method: "GET",
        path: "/2025-12-01/durable-executions/{arn}",
        call: ({ parameters }) => ({
          access: [],
          execute: () => {
            throw new AwsError("ResourceNotFoundException", `No execution ${parameters["arn"] ?? ""}`, 404, { Type: "User" });
          },
        }),
      },
      {
        operation: "ListDurableExecutionsByFunction",
        method: "GET",
        path: "/2025-12-01/functions/{name}/durable-executions",
        call: ({ query }) => ({ access: [], execute: () => jsonResponse({ DurableExecutions: [], NextMarker: query.getAll("Statuses").join("+") }) }),
      },
    ],
  });
}

/** Any service: answers an empty object to whatever got through the door, and remembers it. */
export function anyService(signingName: string, protocol: Service["protocol"], seen: ApiRequest[]): Service {
  return {
    signingName,
    protocol,
    parse(request) {
      seen.push(request);
      return { operation: "Any", access: [], execute: () => jsonResponse({}) };
    },
  };
}

export interface Door {
  readonly endpoint: string;
  readonly gateway: Gateway;
  readonly logged: string[];
  /** Options for an AWS SDK client that makes each call once. */
  client(credentials: Credentials): { endpoint: string; region: string; credentials: Credentials; maxAttempts: 1 };
}

export async function openDoor(options: { iam: Iam; services?: readonly Service[]; pages?: Pages; committed?: () => Promise<void> }): Promise<Door> {
  const logged: string[] = [];
  const gateway = new Gateway({
    store: { committed: options.committed ?? (() => Promise.resolve()) },
    services: options.services ?? [fakeEcs(), fakeLambda(), stsService()],
    iam: options.iam,
    pages: options.pages,
    log: (message) => logged.push(message),
  });
  const endpoint = await gateway.listen(0);
  return { endpoint, gateway, logged, client: (credentials) => ({ endpoint, region: identity.region, credentials, maxAttempts: 1 }) };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request of exactly these headers, on a connection of its own. */
export function send(endpoint: string, options: { method?: string; path?: string; headers?: Record<string, string>; body?: string | Buffer }): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      endpoint + (options.path ?? "/"),
      { method: options.method ?? "POST", headers: options.headers ?? {}, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString("utf8") }));
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });
}

/** For `assert.rejects`: an error of the AWS SDK with this name, HTTP status and, where given, message. */
export function awsError(name: string, status: number, message?: string): (error: Error & { $metadata?: { httpStatusCode?: number } }) => true {
  return (error) => {
    assert.deepEqual({ name: error.name, status: error.$metadata?.httpStatusCode }, { name, status });
    if (message !== undefined) assert.equal(error.message, message);
    return true;
  };
}
