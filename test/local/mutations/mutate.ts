import type { Random } from "../../../chaos/random.ts";
import type { PlainRequest } from "./requests.ts";

const INHERITED = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"];
const WRONG: readonly unknown[] = [
  null, true, false, 0, -1, 1.5, 1e21, 8.64e15, -8.64e15, 1e300, Number.MAX_SAFE_INTEGER, "", " ", "a", "0", "-1", "NaN", "null", "\u0000", "\ud800", "é".repeat(300), "x".repeat(70_000),
  "%", "*", "a:b:c", "arn:aws:lambda:eu-west-1:000000000000:function:", "arn:::::", "/", "..", "{}", "[", "${a}", [], [null], [[]], [{}], {}, { a: null }, { S: null }, { N: "x" }, { L: null }, { M: [] }, ...INHERITED,
];
const VERBS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"];

/** A request with one to three things wrong. What is drawn decides what. */
export function mutate(request: PlainRequest, random: Random): PlainRequest {
  let mutant = request;
  for (let rest = 1 + Math.floor(random() * 3); rest > 0; rest--) mutant = once(mutant, random);
  return mutant;
}

function once(request: PlainRequest, random: Random): PlainRequest {
  const kind = random();
  if (kind < 0.65) return { ...request, body: inBody(request.body, random) };
  if (kind < 0.85) return { ...request, path: inPath(request.path, random) };
  if (kind < 0.95) return { ...request, headers: inHeaders(request.headers, random) };
  return { ...request, method: pick(VERBS, random) };
}

function inBody(body: string, random: Random): string {
  const kind = random();
  if (kind < 0.05) return body.slice(0, Math.floor(random() * body.length));
  if (kind < 0.1) return text(random);
  try {
    return JSON.stringify(inValue(JSON.parse(body), random));
  } catch {
    return JSON.stringify(pick(WRONG, random));
  }
}

/** Replaces, removes or adds something somewhere in a value. */
function inValue(value: unknown, random: Random): unknown {
  if (value === null || typeof value !== "object" || random() < 0.2) return pick(WRONG, random);
  const entries = Object.entries(value);
  const index = Math.floor(random() * entries.length);
  const change = random();
  const changed = entries.flatMap((entry, at): [string, unknown][] => {
    if (at !== index) return [entry];
    if (change < 0.15) return [];
    return change < 0.25 ? [[pick(INHERITED, random), entry[1]]] : [[entry[0], inValue(entry[1], random)]];
  });
  if (change > 0.9) changed.push([pick([...INHERITED, "a"], random), pick(WRONG, random)]);
  return Array.isArray(value) ? changed.map(([, member]) => member) : Object.fromEntries(changed);
}

function inPath(path: string, random: Random): string {
  const parts = path.split(/(?<=[/?&=])/);
  const index = Math.floor(random() * parts.length);
  // A raw control character is no path that a client can send.
  const wrong = random() < 0.2 ? pick(["%", "%zz", "%00", "%ff", ""], random) : encodeURIComponent(text(random).slice(0, 400).toWellFormed());
  return `/${parts.map((part, at) => (at === index ? wrong + (/[/?&=]$/.exec(part)?.[0] ?? "") : part)).join("").replace(/^\/+/, "")}`;
}

function inHeaders(headers: PlainRequest["headers"], random: Random): Record<string, string> {
  const [name, value] = pick(Object.entries(headers), random) ;
  const prefix = value.slice(0, value.lastIndexOf(".") + 1);
  return { ...headers, [name]: random() < 0.7 ? prefix + pick(INHERITED, random) : text(random).replaceAll(/[^\x20-\x7e]/g, "?").trim().slice(0, 300) };
}

function text(random: Random): string {
  const wrong = pick(WRONG, random);
  return typeof wrong === "string" ? wrong : JSON.stringify(wrong);
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)] as T; // No list here is empty.
}
