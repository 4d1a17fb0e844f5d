/** With pauses that double from 2 s: all eight take 510 s, of the 900 s that an execution of create-reminder has. */
export const MAX_ATTEMPTS = 9;

/**
 * The pause before the next attempt to create a schedule whose key still belongs to a schedule that is due to be deleted.
 *
 * EventBridge Scheduler deletes a one-time schedule after it has invoked its target (User Guide, "Deletion after schedule completion"),
 * how long after isn't documented. It keeps the schedule for as long as it retries the delivery.
 *
 * @param attempt number of the attempt that met the schedule, from 1
 * @param secondsLeft until the time of the new reminder; AWS doesn't document what becomes of a schedule created after its time
 * @returns seconds, or undefined when no attempt is left
 */
export function deletionPause(attempt: number, secondsLeft: number): number | undefined {
  const pause = Math.min(2 ** attempt, Math.floor(secondsLeft) - 1);
  return attempt < MAX_ATTEMPTS && pause >= 1 ? pause : undefined;
}
