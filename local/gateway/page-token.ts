/** A token for the page after an item, good for one operation. */
export function formatPageToken(operation: string, after: string): string {
  return Buffer.from(JSON.stringify([operation, after])).toString("base64url");
}

/** The item that a token's page follows; `undefined` for a token that the operation has not returned. */
export function readPageToken(operation: string, token: string): string | undefined {
  const text = Buffer.from(token, "base64url").toString("utf8");
  const [, after] = /^\["\w+",("(?:[^"\\]|\\.)*")\]$/.exec(text) ?? [];
  if (after === undefined) return undefined;
  const name = JSON.parse(after) as string; // A JSON string, by the pattern.
  return formatPageToken(operation, name) === token ? name : undefined;
}
