import type { AwsError } from "../errors.ts";
import type { ApiResponse, Service } from "./service.ts";
import { queryError } from "./query-protocol.ts";

/** Errors of the door itself. The query protocol has names of its own for them, and the JSON protocols answer them with 400. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: "AccessDenied",
  ExpiredTokenException: "ExpiredToken",
  IncompleteSignatureException: "IncompleteSignature",
  InvalidSignatureException: "SignatureDoesNotMatch",
  MissingAuthenticationTokenException: "MissingAuthenticationToken",
  UnrecognizedClientException: "InvalidClientTokenId",
};

/** Lambda's errors whose models spell the member in lower case; all others of the rest-json services have `Message`. */
const LOWER_CASE_MESSAGE = new Set([
  "InvalidParameterValueException",
  "InvalidRequestContentException",
  "RequestTooLargeException",
  "ResourceConflictException",
  "TooManyRequestsException",
  "UnsupportedMediaTypeException",
]);

/** An error as the service's protocol writes it. */
export function errorResponse(error: AwsError, { protocol, queryErrors }: Pick<Service, "protocol" | "queryErrors">, requestId: string): ApiResponse {
  const { code, message } = error;
  const { retryAfterSeconds, ...members } = error.members;
  const headers: Record<string, string> = { "x-amzn-errortype": code };
  if (typeof retryAfterSeconds === "number") headers["retry-after"] = String(retryAfterSeconds);
  switch (protocol) {
    case "json": {
      if (queryErrors !== undefined) {
        headers["x-amzn-query-error"] = `${queryErrors[code] ?? QUERY_CODES[code] ?? code};${error.status < 500 ? "Sender" : "Receiver"}`;
      }
      const status = code in QUERY_CODES && queryErrors === undefined ? 400 : error.status;
      return { status, headers: { ...headers, "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify({ __type: code, message, ...members }) };
    }
    case "rest-json": {
      const name = LOWER_CASE_MESSAGE.has(code) ? "message" : "Message";
      return { status: error.status, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify({ [name]: message, ...members }) };
    }
    case "query":
      return queryError({ status: error.status, code: QUERY_CODES[code] ?? code, message, requestId });
  }
}

/** The protocol a request looks like, for answers given before its service is known. */
export function guessProtocol(headers: Readonly<Record<string, string>>): Service["protocol"] {
  if (headers["x-amz-target"] !== undefined) return "json";
  return headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true ? "query" : "rest-json";
}
