import { SignatureV4 } from "@smithy/signature-v4";
import { SIGNING_NAME, TARGET_PREFIX } from "../../operator/local-clock.ts";
import { Sha256 } from "../../operator/sha256.ts";

/** Where a local stack listens, and as whom to speak to it. */
export interface LocalEndpoint {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
}

/**
 * Calls an operation of the local stack that AWS has no counterpart of, such as `SetSpeed`.
 *
 * @returns the answer, still to be parsed
 * @throws Error named by the stack's error code; TypeError when nothing answers
 */
export async function requestLocal({ endpoint, region, credentials }: LocalEndpoint, operation: string, input: object): Promise<unknown> {
  const { host } = new URL(endpoint);
  const body = JSON.stringify(input);
  const signer = new SignatureV4({ credentials, region, service: SIGNING_NAME, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: "POST",
    protocol: "http:",
    hostname: host,
    path: "/",
    headers: { host, "content-type": "application/x-amz-json-1.0", "x-amz-target": `${TARGET_PREFIX}.${operation}` },
    body,
  });
  const response = await fetch(endpoint, { method: "POST", headers, body });
  const answer = (await response.json()) as Record<string, unknown>;
  if (response.ok) return answer;
  throw Object.assign(new Error(String(answer.message)), { name: String(answer.__type) });
}
