import { AwsError } from "../errors.ts";
import type { KnownCredentials } from "../iam/credential-registry.ts";
import type { Principal } from "../iam/access.ts";
import { sha256Hex, signatureMatches, type Authorization } from "./signature.ts";
import type { ApiRequest } from "./service.ts";

/** How far a caller's clock may be off, either way. */
const CLOCK_TOLERANCE_MINUTES = 15;
const MINUTE_MS = 60_000;

/**
 * Who sent the request.
 *
 * @param options.identify looks up an access key id
 * @param options.region the Region that requests must be signed for
 * @param options.now milliseconds since the epoch
 * @throws AwsError UnrecognizedClientException, ExpiredTokenException, IncompleteSignatureException or InvalidSignatureException
 */
export function authenticate(
  request: ApiRequest,
  authorization: Authorization,
  options: { identify: (accessKeyId: string) => KnownCredentials | undefined; region: string; now: number },
): Principal {
  const known = options.identify(authorization.accessKeyId);
  if (known === undefined) throw unrecognized();
  if (known.state === "revoked") throw new AwsError("ExpiredTokenException", "The security token included in the request is expired", 403);
  if (request.headers["x-amz-security-token"] !== known.credentials.sessionToken) throw unrecognized();
  if (authorization.region !== options.region) {
    throw invalidSignature(`Credential should be scoped to a valid Region, not '${authorization.region}': this stack is in ${options.region}.`);
  }
  checkSignedHeaders(request, authorization);
  const bodyHash = checkedBodyHash(request);
  const date = checkedDate(request.headers["x-amz-date"], options.now);
  if (!signatureMatches(request, authorization, known.credentials, { bodyHash, date })) {
    throw invalidSignature(
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
    );
  }
  return known.principal;
}

/** What decides the meaning of a request must be under the signature. The token need not: it is compared by itself. */
function checkSignedHeaders(request: ApiRequest, authorization: Authorization): void {
  const required = Object.keys(request.headers).filter((name) => name.startsWith("x-amz-") && name !== "x-amz-security-token");
  const missing = ["host", "x-amz-date", ...required].filter((name) => !authorization.signedHeaders.includes(name));
  if (missing.length > 0) throw invalidSignature(`These headers must be signed: ${[...new Set(missing)].join(", ")}.`);
}

/** The header, where sent, stands for the body in the signature; so it has to be true (over plain HTTP no AWS client leaves the payload unsigned). */
function checkedBodyHash(request: ApiRequest): string {
  const declared = request.headers["x-amz-content-sha256"];
  const actual = sha256Hex(request.body);
  if (declared !== undefined && declared !== actual) {
    throw invalidSignature("The x-amz-content-sha256 header is not the SHA-256 of the request body.");
  }
  return actual;
}

function checkedDate(header = "", now: number): string {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(header) ?? [];
  const sent = Date.parse(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}Z`);
  if (Number.isNaN(sent)) throw new AwsError("IncompleteSignatureException", "The X-Amz-Date header must be a time such as 20260131T235959Z.", 403);
  const tolerance = CLOCK_TOLERANCE_MINUTES * MINUTE_MS;
  if (sent < now - tolerance) {
    throw invalidSignature(`Signature expired: ${amzDate(sent)} is now earlier than ${amzDate(now - tolerance)} (${amzDate(now)} - ${CLOCK_TOLERANCE_MINUTES} min.)`);
  }
  if (sent > now + tolerance) {
    throw invalidSignature(`Signature not yet current: ${amzDate(sent)} is still later than ${amzDate(now + tolerance)} (${amzDate(now)} + ${CLOCK_TOLERANCE_MINUTES} min.)`);
  }
  return header;
}

function amzDate(timestamp: number): string {
  return new Date(timestamp).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function unrecognized(): AwsError {
  return new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.", 403);
}

function invalidSignature(message: string): AwsError {
  return new AwsError("InvalidSignatureException", message, 403);
}
