import type { Attempt } from "../../operator/page/execution-api.ts";
import { duration } from "../format.ts";
import { Moment } from "./basics.tsx";

const SHOWN = 50;

/** Attempts of an operation, newest last; one can be chosen, to see its own lines of the log. */
export function Attempts(props: {
  readonly attempts: readonly Attempt[];
  readonly now: number;
  readonly chosen: number | undefined;
  readonly onChoose: (attempt: number | undefined) => void;
}) {
  const { attempts, now, chosen, onChoose } = props;
  return (
    <section aria-label="Attempts">
      <h3>Attempts</h3>
      {attempts.length > SHOWN && <p class="empty">The last {SHOWN} of {attempts.length}.</p>}
      <ol class="items attempts">
        {attempts.slice(-SHOWN).map((attempt) => (
          <li key={attempt.number} value={attempt.number}>
            <button class="plain" aria-pressed={chosen === attempt.number} onClick={() => onChoose(chosen === attempt.number ? undefined : attempt.number)}>
              {attempt.number}. {attempt.outcome === "again" ? "not yet" : attempt.outcome}
            </button>
            <span class="side">
              <Moment at={attempt.startedAt} /> · {duration((attempt.endedAt ?? now) - attempt.startedAt)}
            </span>
            {attempt.error !== undefined && (
              <p class="detail">
                {attempt.error.type}: {attempt.error.message}
              </p>
            )}
            {attempt.retrySeconds !== undefined && <p class="detail">again after {duration(attempt.retrySeconds * 1000)}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
