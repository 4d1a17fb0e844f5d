/** Pauses between the tries of a start that ECS refuses: each twice as long as the last, up to ten minutes. */
const FIRST_PAUSE_SECONDS = 10;
const LONGEST_PAUSE_SECONDS = 600;
/** ECS is eventually consistent: after this, ListTasks shows what an earlier call has started. */
export const SHORTEST_PAUSE_SECONDS = 5;

/** A refused start, as the step records it. */
export interface Refusal {
  readonly refused: string;
  /** Number of refusals in the execution, from 1. */
  readonly count: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Seconds that the execution has waited for capacity so far. */
  readonly waitedSeconds: number;
  /** Seconds until the next try. */
  readonly pauseSeconds: number;
}

/**
 * Records a refusal and plans the pause that follows.
 *
 * @param last refusal of the execution; `ended` once a task was started after it
 * @param now epoch milliseconds
 * @param random from 0 to 1: executions that are refused together come back apart
 * @returns undefined when the execution has waited for as long as it may
 */
export function refuse(
  refused: string,
  { last, now, random, limitSeconds }: { last: (Refusal & { readonly ended?: boolean }) | undefined; now: number; random: number; limitSeconds: number },
): Refusal | undefined {
  // An execution that was paused, or invoked late, has waited for longer than its pauses.
  const waitedSeconds = last === undefined ? 0 : last.waitedSeconds + Math.max(last.pauseSeconds, last.ended ? 0 : Math.floor((now - last.at) / 1000));
  const left = limitSeconds - waitedSeconds;
  if (left <= 0) {
    return undefined;
  }
  const count = (last?.count ?? 0) + 1;
  const { shortest, longest } = pauseRange(count);
  const pause = Math.round(shortest + random * (longest - shortest));
  return { refused, count, at: now, waitedSeconds, pauseSeconds: Math.min(pause, Math.max(left, SHORTEST_PAUSE_SECONDS)) };
}

/** The most tries that an execution may need until it has waited for so long. */
export function mostTries(limitSeconds: number): number {
  let tries = 1;
  for (let waited = 0; waited < limitSeconds; tries++) {
    waited += pauseRange(tries).shortest;
  }
  return tries;
}

function pauseRange(count: number): { shortest: number; longest: number } {
  const longest = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (count - 1));
  return { shortest: longest / 2, longest };
}
