import { randomBytes, randomUUIDv7 } from "node:crypto";

const ID_BYTES = 6;
/** Beyond guessing; and with the id a multiple of three, so that base64 needs no padding. */
const SECRET_BYTES = 24;

/** Random bytes are drawn by the page: a draw costs the same for 24 bytes as for thousands. */
let pool = Buffer.alloc(0);

function secret(): Buffer {
  if (pool.length < SECRET_BYTES) pool = randomBytes(SECRET_BYTES * 200);
  const taken = pool.subarray(0, SECRET_BYTES);
  pool = pool.subarray(SECRET_BYTES);
  return taken;
}

/** A new checkpoint token of the execution with this row id. */
export function newCheckpointToken(id: number): string {
  const owner = Buffer.allocUnsafe(ID_BYTES);
  owner.writeUIntBE(id, 0, ID_BYTES);
  return owner.toString("base64") + secret().toString("base64");
}

/** Row id of the execution that a checkpoint token was made for; not to be trusted for anything but choosing an error message. */
export function tokenOwner(token: string): number | undefined {
  const bytes = Buffer.from(token, "base64");
  return bytes.length === ID_BYTES + SECRET_BYTES ? bytes.readUIntBE(0, ID_BYTES) : undefined;
}

/** What finds a callback again: the row id of its execution, and its operation. */
export interface CallbackAddress {
  readonly id: number;
  readonly operationId: string;
}

/** Names a callback so that it can be found without a search and cannot be guessed. */
export function newCallbackId({ id, operationId }: CallbackAddress): string {
  return Buffer.from(`${id}:${operationId}:${secret().toString("hex")}`).toString("base64");
}

export function parseCallbackId(callbackId: string): CallbackAddress | undefined {
  const [, id, operationId] = /^(\d{1,15}):([a-zA-Z0-9_-]{1,64}):[0-9a-f]+$/.exec(Buffer.from(callbackId, "base64").toString()) ?? [];
  return id === undefined || operationId === undefined ? undefined : { id: Number(id), operationId };
}

/** Time-ordered, so that the store's indexes grow at their end: random ids would touch a page of their own for every start. */
export function newExecutionId(): string {
  return randomUUIDv7();
}
