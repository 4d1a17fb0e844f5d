import { crc32 } from "node:zlib";
import * as z from "zod";
import { AwsError } from "../errors.ts";
import { parseInput } from "../gateway/input.ts";
import { parseJson } from "../gateway/json-protocol.ts";
import type { Service } from "../gateway/service.ts";
import type { AccessRequest } from "../iam/access.ts";
import { arn } from "../identity.ts";
import type { DynamoDb } from "./dynamodb.ts";

const TARGET_PREFIX = "DynamoDB_20120810.";
const TABLE_OPERATIONS = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "DescribeTable", "DescribeTimeToLive"];
const BATCH_OPERATIONS = ["BatchGetItem", "BatchWriteItem"];

/** A name, or an ARN in its place. */
const tableName = z.string().transform((nameOrArn) => nameOrArn.slice(nameOrArn.indexOf("/") + 1));
const tableInput = z.looseObject({ TableName: tableName, IndexName: z.string().optional() });
const batchInput = z.looseObject({ RequestItems: z.record(tableName, z.unknown()) });

/** DynamoDB: items of the declared tables. Their shape is dynalite's to check; who may touch which table is checked here. */
export function dynamodbService(dynamodb: DynamoDb): Service {
  const tableArn = (name: string) => arn(dynamodb.identity, "dynamodb", `table/${name}`);

  function prepare(operation: string, body: unknown): { input: object; access: AccessRequest[] } {
    const action = `dynamodb:${operation}`;
    if (BATCH_OPERATIONS.includes(operation)) {
      const input = parseInput(batchInput, body);
      return { input, access: Object.keys(input.RequestItems).map((name) => ({ action, resource: tableArn(name) })) };
    }
    if (TABLE_OPERATIONS.includes(operation)) {
      const input = parseInput(tableInput, body);
      const resource = tableArn(input.TableName) + (input.IndexName === undefined ? "" : `/index/${input.IndexName}`);
      return { input, access: [{ action, resource }] };
    }
    if (operation === "ListTables") return { input: {}, access: [{ action, resource: "*" }] };
    throw new AwsError("UnknownOperationException", `The local stack does not implement dynamodb:${operation || "?"}.`);
  }

  return {
    signingName: "dynamodb",
    protocol: "json",
    parse(request) {
      const target = request.headers["x-amz-target"] ?? "";
      const operation = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : "";
      const { input, access } = prepare(operation, withoutNulls(parseJson(request.body)));
      return {
        operation,
        access,
        async execute() {
          const { status, body } =
            operation === "ListTables" ? { status: 200, body: { TableNames: dynamodb.tableNames } } : await dynamodb.execute(operation, input);
          const text = JSON.stringify(body);
          // SDKs check the sum, and take an answer without it for a proxy's.
          const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-crc32": String(crc32(text)) };
          return { status, headers, body: text };
        },
      };
    },
  };
}

/**
 * The input without members that are null, which in AWS's JSON protocols are members left out.
 *
 * @throws AwsError ValidationException for a null in the place of a value: in a list, a key or an item
 */
function withoutNulls(body: unknown): unknown {
  if (body === null || typeof body !== "object" || Array.isArray(body)) return body;
  const given = Object.entries(body).filter(([, member]) => member !== null);
  if (given.some(([, member]) => holdsNull(member))) {
    throw new AwsError("ValidationException", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  }
  return Object.fromEntries(given);
}

function holdsNull(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.values(value).some(holdsNull));
}
