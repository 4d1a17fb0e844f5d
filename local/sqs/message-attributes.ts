import { createHash } from "node:crypto";
import * as z from "zod";

/** Message attributes as the API writes them; binary values in Base64. */
export const messageAttributes = z.record(
  z.string().min(1).max(256),
  z.object({ DataType: z.string().min(1), StringValue: z.string().optional(), BinaryValue: z.base64().optional() }),
);
export type MessageAttributes = Readonly<z.infer<typeof messageAttributes>>;

/** The attributes that a receiver asked for by name, `prefix.*`, or `All`. */
export function selectAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  const isWanted = (name: string) =>
    wanted.some((pattern) => pattern === "All" || pattern === name || (pattern.endsWith(".*") && name.startsWith(pattern.slice(0, -2))));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
}

export function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

/** The digest by which SDKs check attributes: length-prefixed names, types and values in order of name. */
export function attributesMd5(attributes: MessageAttributes): string {
  const hash = createHash("md5");
  const update = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const value = attributes[name];
    if (value === undefined) continue;
    update(Buffer.from(name));
    update(Buffer.from(value.DataType));
    const isBinary = value.DataType.startsWith("Binary");
    hash.update(Buffer.from([isBinary ? 2 : 1]));
    update(isBinary ? Buffer.from(value.BinaryValue ?? "", "base64") : Buffer.from(value.StringValue ?? ""));
  }
  return hash.digest("hex");
}
