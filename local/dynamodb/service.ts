import { crc32 } from "node:zlib";
import * as z from "zod";
import { AwsError } from "../errors.ts";
import { parseInput } from "../gateway/input.ts";
import { parseJson } from "../gateway/json-protocol.ts";
import type { Service } from "../gateway/service.ts";
import type { AccessRequest } from "../iam/access.ts";
import { arn } from "../identity.ts";
import type { DynamoDb } from "./dynamodb.ts";
import { tableName } from "./input.ts";

const TARGET_PREFIX = "DynamoDB_20120810.";

const anyInput = z.looseObject({});
const tableInput = z.looseObject({ TableName: tableName, IndexName: z.string().optional() });
const batchInput = z.looseObject({ RequestItems: z.record(tableName, z.unknown()) });

/** DynamoDB: items of the declared tables. */
export function dynamodbService(dynamodb: DynamoDb): Service {
  const tableArn = (name: string) => arn(dynamodb.identity, "dynamodb", `table/${name}`);

  function accessOf(operation: string, body: unknown): AccessRequest[] {
    const action = `dynamodb:${operation}`;
    if (operation === "ListTables") return [{ action, resource: "*" }];
    if (operation.startsWith("Batch")) {
      return Object.keys(parseInput(batchInput, body).RequestItems).map((name) => ({ action, resource: tableArn(name) }));
    }
    const { TableName, IndexName } = parseInput(tableInput, body);
    return [{ action, resource: tableArn(TableName) + (IndexName === undefined ? "" : `/index/${IndexName}`) }];
  }

  return {
    signingName: "dynamodb",
    protocol: "json",
    parse(request) {
      const target = request.headers["x-amz-target"] ?? "";
      const operation = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : "";
      if (!dynamodb.has(operation)) throw new AwsError("UnknownOperationException", `The local stack does not implement dynamodb:${operation || "?"}.`);
      const input = parseInput(anyInput, parseJson(request.body));
      return {
        operation,
        access: accessOf(operation, input),
        execute() {
          const body = JSON.stringify(dynamodb.execute(operation, input));
          // SDKs check the sum, and take an answer without it for a proxy's.
          return { status: 200, headers: { "content-type": "application/x-amz-json-1.0", "x-amz-crc32": String(crc32(body)) }, body };
        },
      };
    },
  };
}
