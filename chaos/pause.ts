import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../operator/sha256.ts";
import type { Client } from "./client.ts";

/**
 * Calls PauseDurableExecution or ResumeDurableExecution, which the AWS SDK's client doesn't have yet.
 *
 * @param clientToken makes a repeated call change nothing
 * @returns false when the execution isn't in a status for it, such as one that has ended meanwhile
 */
export async function pauseOrResume({ lambda }: Client, operation: "pause" | "resume", executionArn: string, clientToken: string): Promise<boolean> {
  const { protocol = "http:", hostname = "", port } = (await lambda.config.endpoint?.()) ?? {};
  const host = `${hostname}:${port ?? ""}`;
  const path = `/2025-12-01/durable-executions/${encodeURIComponent(executionArn)}/${operation}`;
  const body = JSON.stringify({ ClientToken: clientToken });
  const signer = new SignatureV4({ credentials: lambda.config.credentials, region: await lambda.config.region(), service: "lambda", sha256: Sha256 });
  const { headers } = await signer.sign({ method: "POST", protocol, hostname, path, headers: { host, "content-type": "application/json" }, body });
  const response = await fetch(`${protocol}//${host}${path}`, { method: "POST", headers, body });
  if (response.ok || response.status === 409) return response.ok;
  const { Message, message } = (await response.json()) as { Message?: string; message?: string };
  throw Object.assign(new Error(Message ?? message ?? operation), { $metadata: { httpStatusCode: response.status } });
}
