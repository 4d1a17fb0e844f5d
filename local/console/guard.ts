import { createHmac, timingSafeEqual } from "node:crypto";
import type { Credentials } from "../iam/access.ts";

/** Carries the token: a header of its own, which a page of another site cannot send without being asked first, and refused. */
export const TOKEN_HEADER = "x-console-token";

/** The token of a data folder: the same at every start, so that an open page goes on after a restart. */
export function consoleToken(developer: Credentials): string {
  return createHmac("sha256", developer.secretAccessKey).update("console").digest("base64url");
}

/** Headers that keep the page to itself: nothing from elsewhere, no frame around it, no markup made of text. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

type Headers = Readonly<Record<string, string | undefined>>;

/** Whether a browser sent this on behalf of another site. Requests that follow a link or a typed address have no Origin. */
export function isCrossSite(headers: Headers): boolean {
  const origin = headers["origin"];
  if (origin !== undefined && origin !== `http://${headers["host"] ?? ""}`) return true;
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return false;
  // A link from elsewhere may open the page: it shows nothing without the token.
  return headers["sec-fetch-mode"] !== "navigate";
}

/** Compares in a time that tells nothing. */
export function isToken(given: string | undefined, token: string): boolean {
  const a = Buffer.from(given ?? "");
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}
