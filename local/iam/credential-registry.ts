import { randomBytes } from "node:crypto";
import type { Credentials, Principal } from "./access.ts";

/** What an access key id stands for. */
export type KnownCredentials =
  | { readonly state: "active"; readonly credentials: Credentials; readonly principal: Principal }
  | { readonly state: "revoked" };

/** Revoked keys are remembered, to tell their holders why they are refused, but not for ever. */
const REVOKED_KEYS_REMEMBERED = 1_000;

/** All credentials that are good, in memory: they end with the processes that they were given to. */
export class CredentialRegistry {
  readonly #active = new Map<string, KnownCredentials & { state: "active" }>();
  readonly #revoked = new Set<string>();

  add(credentials: Credentials, principal: Principal): void {
    this.#active.set(credentials.accessKeyId, { state: "active", credentials, principal });
  }

  find(accessKeyId: string): KnownCredentials | undefined {
    return this.#active.get(accessKeyId) ?? (this.#revoked.has(accessKeyId) ? { state: "revoked" } : undefined);
  }

  revoke(accessKeyId: string): void {
    if (!this.#active.delete(accessKeyId)) return;
    this.#revoked.add(accessKeyId);
    if (this.#revoked.size <= REVOKED_KEYS_REMEMBERED) return;
    for (const oldest of this.#revoked) {
      this.#revoked.delete(oldest);
      break;
    }
  }
}

/** Temporary credentials in AWS's form: `ASIA…`, with a session token. */
export function temporaryCredentials(): Required<Credentials> {
  return { ...accessKey("ASIA"), sessionToken: randomBytes(96).toString("base64") };
}

/** A random access key: the prefix and 16 characters, and a secret of 40. */
export function accessKey(prefix: "AKIA" | "ASIA"): Required<Pick<Credentials, "accessKeyId" | "secretAccessKey">> {
  return { accessKeyId: prefix + base32(randomBytes(16)), secretAccessKey: randomBytes(30).toString("base64") };
}

/** One character for each byte, from the 32 that AWS's identifiers are made of. */
export function base32(data: Uint8Array): string {
  return [...data].map((byte) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".charAt(byte & 31)).join("");
}
