import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { AwsError } from "../errors.ts";
import type { Credentials } from "../iam/access.ts";
import type { ApiRequest } from "./service.ts";

/** A SigV4 `Authorization` header, taken apart. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly region: string;
  readonly signingName: string;
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits. */
  readonly signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/** @throws AwsError MissingAuthenticationTokenException or IncompleteSignatureException */
export function parseAuthorization(header: string | undefined): Authorization {
  if (header === undefined) throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  const match = AUTHORIZATION.exec(header);
  if (match === null) {
    throw new AwsError("IncompleteSignatureException", "The Authorization header is not a complete AWS4-HMAC-SHA256 signature.", 403);
  }
  const [, accessKeyId = "", region = "", signingName = "", signedHeaders = "", signature = ""] = match;
  return { accessKeyId, region, signingName, signedHeaders: signedHeaders.split(";"), signature };
}

/** Whether the request's signature is the one that the secret gives: the request is signed again and the two are compared. */
export async function signatureMatches(
  request: ApiRequest,
  authorization: Authorization,
  credentials: Credentials,
  signingDate: Date,
): Promise<boolean> {
  const headers: Record<string, string> = {};
  for (const name of authorization.signedHeaders) {
    const value = request.headers[name];
    if (value === undefined) return false;
    headers[name] = value;
  }
  const signer = new SignatureV4({
    // Without the session token, which the library would add to the signed headers: it is there already if the caller signed it.
    credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey },
    region: authorization.region,
    service: authorization.signingName,
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    { method: request.method, protocol: "http:", hostname: "", path: request.path, query: queryBag(request.query), headers, body: request.body },
    { signingDate, signableHeaders: new Set(authorization.signedHeaders) },
  );
  const expected = signed.headers["authorization"]?.slice(-64) ?? "";
  return timingSafeEqual(Buffer.from(expected), Buffer.from(authorization.signature));
}

export function sha256Hex(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function queryBag(query: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]));
}

/** The hash in the form the signer asks for: plain SHA-256, or HMAC when there is a secret. */
export class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === "string") return data;
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}
