import { useEffect, useState } from "preact/hooks";

/** Something that failed. */
export interface Failing {
  readonly id: string;
  /** Epoch milliseconds: when it failed. */
  readonly at: number;
}

/** What this browser's user has marked as seen: everything up to a moment, and some by id. */
interface Seen {
  readonly until: number;
  readonly ids: readonly string[];
}

const NOTHING: Seen = { until: 0, ids: [] };
/** More marks than this are older than what is listed. */
const MOST_IDS = 500;

/**
 * Failures marked as seen. The marks are this browser's own: the stack knows nothing of them.
 *
 * @param stack name of the stack, each with marks of its own
 */
export function useSeen(stack: string) {
  const key = `console-seen-${stack}`;
  const [seen, setSeen] = useState(() => load(key));
  useEffect(() => {
    const changed = (event: StorageEvent) => {
      if (event.key === key) setSeen(load(key));
    };
    addEventListener("storage", changed);
    return () => removeEventListener("storage", changed);
  }, [key]);
  const save = (marks: Seen) => {
    setSeen(marks);
    try {
      localStorage.setItem(key, JSON.stringify(marks));
    } catch {
      // A browser that stores nothing keeps the marks for as long as the page is open.
    }
  };
  return {
    isSeen: ({ id, at }: Failing) => at <= seen.until || seen.ids.includes(id),
    mark: ({ id }: Failing) => save({ ...seen, ids: [...seen.ids, id].slice(-MOST_IDS) }),
    markAll: (failing: readonly Failing[]) => save({ until: Math.max(seen.until, ...failing.map(({ at }) => at)), ids: seen.ids }),
    forget: () => save(NOTHING),
  };
}

/** Other programs at this address may have left anything under the key. */
function load(key: string): Seen {
  try {
    const value = JSON.parse(localStorage.getItem(key) ?? "null") as Partial<Record<keyof Seen, unknown>> | null;
    const until = typeof value?.until === "number" ? value.until : 0;
    const ids = Array.isArray(value?.ids) ? value.ids.filter((id) => typeof id === "string") : [];
    return { until, ids };
  } catch {
    return NOTHING;
  }
}
