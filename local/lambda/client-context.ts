import { AwsError } from "../errors.ts";
import type { ApiRequest } from "../gateway/service.ts";

/** Longest header in characters (API reference, Invoke). */
const LONGEST = 3583;

/**
 * The ClientContext of an Invoke request, which Lambda passes to the handler of a synchronous invocation.
 *
 * @returns its JSON in ASCII, because a header of the Runtime API holds it
 * @throws AwsError InvalidRequestContentException when it is not Base64 of a JSON object
 */
export function clientContextOf({ headers }: ApiRequest): string | undefined {
  const text = headers["x-amz-client-context"];
  if (text === undefined) return undefined;
  const context = parse(text);
  if (typeof context === "object" && context !== null && !Array.isArray(context)) return asciiJson(context);
  throw new AwsError("InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.", 400, { Type: "User" });
}

function parse(text: string): unknown {
  if (text.length > LONGEST || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
}

function asciiJson(value: object): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
