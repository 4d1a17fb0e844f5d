import type { AccessRequest, Principal } from "../iam/access.ts";

/** A request that has come through the door, not yet authenticated. */
export interface ApiRequest {
  readonly method: string;
  /** Raw path without the query, still percent-encoded: split on `/` first, decode each segment after. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What a service makes of a request: what it would need, and how to do it once the caller is known and allowed. */
export interface ApiCall {
  /** Name of the operation, such as `RunTask`. */
  readonly operation: string;
  /** Everything IAM must allow; all of it is checked before {@link execute}. */
  readonly access: readonly AccessRequest[];
  execute(caller: Principal): Promise<ApiResponse> | ApiResponse;
}

/**
 * One AWS service behind the door. The gateway finds it by the signing name in the SigV4 credential scope (or by target
 * prefix), authenticates, authorises, executes, waits until the store has committed, and only then answers.
 */
export interface Service {
  /** Service name in the credential scope: `lambda`, `ecs`, `scheduler`, `dynamodb`, `sqs`, `logs`, `sts`, `events`. */
  readonly signingName: string;
  /** How errors are written: `json` (X-Amz-Target protocols), `rest-json`, or `query` (XML). */
  readonly protocol: "json" | "rest-json" | "query";
  /**
   * Names that errors had while the service spoke the query protocol (the trait awsQueryCompatible of AWS's model), where they
   * differ. SDKs read them from `x-amzn-query-error`.
   */
  readonly queryErrors?: Readonly<Record<string, string>>;
  /** @throws AwsError when the operation is unknown (naming it) or the input is not valid */
  parse(request: ApiRequest): ApiCall;
}
