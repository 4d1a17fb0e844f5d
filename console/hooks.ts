import { useEffect, useRef, useState } from "preact/hooks";
import type { ChangeKind, Reads } from "../operator/page/api.ts";
import { onChange, type Query, read } from "./client.ts";

/** Between two readings of the same thing, however often it changes. */
const SHORTEST_MS = 250;
/** What takes the stack long is read less often: it has other work to do. */
const PAUSE_PER_READING = 4;

export interface Loaded<Data> {
  readonly data?: Data;
  readonly error?: string;
  /** Reads again now. */
  readonly reload: () => void;
}

/**
 * Reads something, and again whenever it has changed.
 *
 * @param kinds which changes concern it; with an execution's id, only changes of that execution (or of tasks and logs)
 */
export function useRead<Key extends keyof Reads>(name: Key, query: Query, kinds: readonly ChangeKind[], executionId?: string): Loaded<Reads[Key]> {
  const [state, setState] = useState<{ key: string; data?: Reads[Key]; error?: string }>({ key: "" });
  const key = JSON.stringify([name, query]);
  const reload = useRef<() => void>(() => undefined);
  useEffect(() => {
    let ended = false;
    let reading = false;
    let again = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      reading = true;
      again = false;
      const begun = performance.now();
      try {
        const data = await read(name, query);
        if (!ended) setState({ key, data });
      } catch (error) {
        if (!ended) setState((before) => ({ key, data: before.key === key ? before.data : undefined, error: (error as Error).message }));
      }
      timer = setTimeout(() => {
        reading = false;
        if (again && !ended) void load();
      }, Math.max(SHORTEST_MS, PAUSE_PER_READING * (performance.now() - begun)));
    };
    const changed = () => {
      if (reading) again = true;
      else void load();
    };
    reload.current = changed;
    void load();
    const end = onChange((change) => {
      const concerns = change.kinds.some((kind) => kinds.includes(kind));
      const other = executionId !== undefined && change.executionIds.length > 0 && !change.executionIds.includes(executionId);
      if (concerns && !(other && !change.kinds.some((kind) => kind !== "executions" && kinds.includes(kind)))) changed();
    });
    return () => {
      ended = true;
      clearTimeout(timer);
      end();
    };
  }, [key, executionId]);
  return { ...(state.key === key ? { data: state.data, error: state.error } : {}), reload: () => reload.current() };
}

/** The time, each half second while something runs. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [running]);
  return running ? Math.max(now, Date.now() - 500) : now;
}

/** The place in the page: what stands behind `#` in the address. */
export function useRoute(): { readonly path: readonly string[]; readonly query: URLSearchParams } {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").map(decodeURIComponent), query: new URLSearchParams(query) };
}
