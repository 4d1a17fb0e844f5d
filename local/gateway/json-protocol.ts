import type * as z from "zod";
import { AwsError } from "../errors.ts";
import type { AccessRequest, Principal } from "../iam/access.ts";
import { parseInput, type InvalidInput } from "./input.ts";
import type { Service } from "./service.ts";

/** One operation of a service that speaks AWS JSON 1.0 or 1.1 (`X-Amz-Target: Prefix.Operation`). */
export interface JsonOperation<Input> {
  readonly input: z.ZodType<Input>;
  access(input: Input): readonly AccessRequest[];
  /** The answer is written as JSON; `undefined` as an empty object. */
  execute(input: Input, caller: Principal): unknown;
}

/** An operation whose input type is settled: what a service holds many of. */
export type AnyJsonOperation = (
  body: unknown,
  invalid?: InvalidInput,
) => {
  readonly access: readonly AccessRequest[];
  execute(caller: Principal): unknown;
};

/** Ties an operation's schema to its functions, so that a service can keep operations of different inputs in one table. */
export function jsonOperation<Input>(operation: JsonOperation<Input>): AnyJsonOperation {
  return (body, invalid) => {
    const input = parseInput(operation.input, body, invalid);
    return { access: operation.access(input), execute: (caller) => operation.execute(input, caller) };
  };
}

export function jsonService(options: {
  signingName: string;
  /** Such as `AmazonEC2ContainerServiceV20141113`. */
  targetPrefix: string;
  version: "1.0" | "1.1";
  /** What the service answers to input that does not fit; a ValidationException when absent. */
  invalidInput?: InvalidInput;
  /** See {@link Service.queryErrors}. */
  queryErrors?: Service["queryErrors"];
  operations: Readonly<Record<string, AnyJsonOperation>>;
}): Service {
  const { signingName, targetPrefix, version, operations, invalidInput, queryErrors } = options;
  return {
    signingName,
    protocol: "json",
    queryErrors,
    parse(request) {
      const target = request.headers["x-amz-target"] ?? "";
      const name = target.startsWith(`${targetPrefix}.`) ? target.slice(targetPrefix.length + 1) : undefined;
      // A name comes from the caller: `constructor` must not find what every object inherits.
      const operation = name !== undefined && Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (name === undefined || operation === undefined) {
        throw new AwsError("UnknownOperationException", `The local stack does not implement ${signingName}:${name ?? (target || "?")}.`);
      }
      const call = operation(parseJson(request.body), invalidInput);
      return {
        operation: name,
        access: call.access,
        async execute(caller) {
          const output = (await call.execute(caller)) ?? {};
          return { status: 200, headers: { "content-type": `application/x-amz-json-${version}` }, body: JSON.stringify(output) };
        },
      };
    },
  };
}

/** @throws AwsError SerializationException for a body that is not JSON */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON.");
  }
}
