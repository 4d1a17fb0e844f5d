import { hash } from "node:crypto";
import * as z from "zod";
import { AwsError } from "../errors.ts";
import { jsonOperation, jsonService } from "../gateway/json-protocol.ts";
import { formatPageToken, readPageToken } from "../gateway/page-token.ts";
import type { Service } from "../gateway/service.ts";
import type { Parameter, Parameters } from "./parameters.ts";

const LARGEST_PAGE = 10;
const name = z.string().min(1).max(2048);
const WithDecryption = z.boolean().default(false);

/** Systems Manager Parameter Store: reading parameters. */
export function ssmService(parameters: Parameters): Service {
  return jsonService({
    signingName: "ssm",
    targetPrefix: "AmazonSSM",
    version: "1.1",
    operations: {
      GetParameter: jsonOperation({
        input: z.object({ Name: name, WithDecryption }),
        access: ({ Name }) => [{ action: "ssm:GetParameter", resource: parameters.arnOf(Name) }],
        execute: (input) => ({ Parameter: describe(parameters.get(input.Name), input.WithDecryption) }),
      }),

      GetParameters: jsonOperation({
        input: z.object({ Names: z.array(name).min(1).max(10), WithDecryption }),
        access: ({ Names }) => Names.map((each) => ({ action: "ssm:GetParameters", resource: parameters.arnOf(each) })),
        execute(input) {
          const found = input.Names.map((each) => ({ each, parameter: find(parameters, each) }));
          return {
            Parameters: found.flatMap(({ parameter }) => (parameter === undefined ? [] : [describe(parameter, input.WithDecryption)])),
            InvalidParameters: found.flatMap(({ each, parameter }) => (parameter === undefined ? [each] : [])),
          };
        },
      }),

      GetParametersByPath: jsonOperation({
        input: z.object({
          Path: name.startsWith("/"),
          Recursive: z.boolean().default(false),
          WithDecryption,
          MaxResults: z.int().min(1).max(LARGEST_PAGE).default(LARGEST_PAGE),
          NextToken: z.string().optional(),
          ParameterFilters: z.array(z.unknown()).max(0, "the local stack does not implement filters").optional(),
        }),
        access: ({ Path, Recursive }) => [
          { action: "ssm:GetParametersByPath", resource: parameters.arnOf(Path), context: { "ssm:Recursive": String(Recursive) } },
        ],
        execute({ Path, Recursive, WithDecryption: decrypt, MaxResults, NextToken }) {
          const after = NextToken === undefined ? "" : readPageToken("GetParametersByPath", NextToken);
          if (after === undefined) throw new AwsError("InvalidNextToken", "The specified token is not valid.");
          const rest = parameters.below(Path, Recursive).filter((each) => each.name > after);
          const page = rest.slice(0, MaxResults);
          const last = page.at(-1);
          return {
            Parameters: page.map((each) => describe(each, decrypt)),
            NextToken: rest.length > page.length && last !== undefined ? formatPageToken("GetParametersByPath", last.name) : undefined,
          };
        },
      }),
    },
  });
}

function find(parameters: Parameters, reference: string): Parameter | undefined {
  try {
    return parameters.get(reference);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

function describe(parameter: Parameter, decrypt: boolean) {
  return {
    Name: parameter.name,
    Type: parameter.type,
    // Without decryption AWS returns the ciphertext, from which nobody learns the value.
    Value: parameter.type !== "SecureString" || decrypt ? parameter.value : hash("sha512", parameter.arn, "base64"),
    Version: 1,
    LastModifiedDate: parameter.modifiedAt / 1000,
    ARN: parameter.arn,
    DataType: "text",
  };
}
