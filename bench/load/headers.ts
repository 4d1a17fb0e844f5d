import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../operator/sha256.ts";
import type { Target } from "./target.ts";

/**
 * Headers of the target's request. A signature holds for a second, the resolution of its date, and equal requests in one
 * second have equal signatures: so each is worked out once a second, and whoever checks them has to do so for each request.
 */
export function requestHeaders(target: Target): () => Promise<Record<string, string>> {
  const plain = { "content-type": "application/json", ...target.headers };
  const { signing } = target;
  if (signing === undefined) return async () => plain;
  const signer = new SignatureV4({ credentials: signing, region: signing.region, service: "lambda", sha256: Sha256 });
  let second = 0;
  let headers: Promise<Record<string, string>> = Promise.resolve({});
  return () => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) {
      second = now;
      const { host, hostname } = new URL(target.origin);
      headers = signer
        .sign({ method: "POST", protocol: "http:", hostname, path: target.path, headers: { ...plain, host }, body: target.body })
        .then((signed) => signed.headers);
    }
    return headers;
  };
}
