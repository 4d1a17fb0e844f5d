import type { IncomingMessage } from "node:http";
import { AwsError } from "../errors.ts";
import type { ApiRequest } from "./service.ts";

/** Lambda's largest payload is 6 MiB; the rest is room for what is around it. */
export const BODY_LIMIT_BYTES = 7 * 1024 * 1024;

/**
 * Reads a request whole.
 *
 * @throws AwsError RequestEntityTooLargeException above {@link BODY_LIMIT_BYTES}, RequestAbortedException when the caller hangs up
 */
export async function readRequest(message: IncomingMessage, headers: Readonly<Record<string, string>>): Promise<ApiRequest> {
  const [path = "/", query = ""] = split(message.url ?? "/");
  return { method: message.method ?? "GET", path, query: new URLSearchParams(query), headers, body: await readBody(message) };
}

/** Headers by lower-case name, in an object that inherits nothing: names come from callers. */
export function singleHeaders(message: IncomingMessage): Record<string, string> {
  const headers = Object.create(null) as Record<string, string>; // Typed `any` by the library.
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ");
  }
  return headers;
}

function split(url: string): string[] {
  const mark = url.indexOf("?");
  return mark === -1 ? [url] : [url.slice(0, mark), url.slice(mark + 1)];
}

function readBody(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    message.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BODY_LIMIT_BYTES) {
        chunks.push(chunk);
        return;
      }
      // The rest is read and dropped: a client that is still sending would not see an answer on a closed connection.
      chunks.length = 0;
      reject(new AwsError("RequestEntityTooLargeException", `The request body is larger than ${BODY_LIMIT_BYTES} bytes.`, 413));
    });
    message.on("end", () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
    message.on("error", () => reject(new AwsError("RequestAbortedException", "The connection ended before the whole request body had come.")));
  });
}
