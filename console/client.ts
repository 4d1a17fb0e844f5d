import type { Actions, ApiError, Change, Reads } from "../operator/page/api.ts";

const STORED = "console-token";
const HEADER = "x-console-token";
const RETRY_MS = 1_000;

export type Query = Readonly<Record<string, string | number | undefined>>;

export type Connection = "connecting" | "open" | "lost" | "refused";

/** An answer that says why not. */
export class RefusedError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Takes the token out of the address bar, where it could be read or shared by mistake, and keeps it for this tab. */
function takeToken(): string {
  const url = new URL(location.href);
  const given = url.searchParams.get("token");
  if (given !== null) {
    sessionStorage.setItem(STORED, given);
    url.searchParams.delete("token");
    history.replaceState(null, "", url);
  }
  return sessionStorage.getItem(STORED) ?? "";
}

const token = takeToken();

/** @throws RefusedError; TypeError when the stack cannot be reached */
export async function read<Key extends keyof Reads>(name: Key, query: Query = {}, signal?: AbortSignal): Promise<Reads[Key]> {
  const given = Object.entries(query).flatMap(([key, value]) => (value === undefined || value === "" ? [] : [[key, String(value)]]));
  return (await request(`${name}?${new URLSearchParams(given).toString()}`, { signal })) as Reads[Key]; // Typed end to end by api.ts.
}

/** @throws RefusedError; TypeError when the stack cannot be reached */
export async function act<Key extends keyof Actions>(name: Key, body: Actions[Key]["request"]): Promise<Actions[Key]["answer"]> {
  return (await request(name, { method: "POST", body: JSON.stringify(body) })) as Actions[Key]["answer"]; // As above.
}

async function request(path: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(`/console/api/${path}`, { ...init, headers: { [HEADER]: token } });
  const body: unknown = await response.json();
  if (!response.ok) throw new RefusedError(response.status, (body as ApiError).error);
  return body;
}

type Listener = (change: Change) => void;

const listeners = new Set<Listener>();
let tellConnection: (connection: Connection) => void = () => undefined;

export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Follows the stream of changes for good. A new connection counts as a change of everything: something may have been missed. */
export async function follow(onConnection: (connection: Connection) => void): Promise<void> {
  tellConnection = onConnection;
  for (let first = true; ; first = false) {
    try {
      const response = await fetch("/console/api/changes", { headers: { [HEADER]: token } });
      if (response.status === 401) {
        tellConnection("refused");
        return;
      }
      tellConnection("open");
      if (!first) tell({ kinds: ["executions", "tasks", "schedules", "deadLetters", "clock", "reload"], executionIds: [] });
      await readStream(response);
    } catch {
      // Said by the connection's state.
    }
    tellConnection("lost");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function readStream(response: Response): Promise<void> {
  if (response.body === null) return;
  let rest = "";
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const messages = (rest + text).split("\n\n");
    rest = messages.pop() ?? "";
    for (const message of messages) {
      const change = JSON.parse(message.slice("data: ".length)) as Change;
      if (change.kinds.length > 0) tell(change);
    }
  }
}

function tell(change: Change): void {
  for (const listener of listeners) listener(change);
}
