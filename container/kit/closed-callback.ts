/** Lambda's model: a callback that is completed or has timed out; one whose execution has been deleted. */
const CLOSED: ReadonlySet<string> = new Set(["CallbackTimeoutException", "ResourceNotFoundException"]);

/** Reports whether a callback call was refused because nobody waits for the callback any more. */
export function isCallbackClosed(error: unknown): boolean {
  return error instanceof Error && CLOSED.has(error.name);
}
