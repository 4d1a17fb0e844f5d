import { UserError } from "./errors.ts";

/**
 * Runs work that nobody awaits, such as a timer's: an error in it is reported and ends neither the process nor the work beside it.
 *
 * @param what the work, as the beginning of a sentence
 */
export function contain(what: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    reportFault(what, error);
  }
}

/** Tells the person at the keyboard of a bug, or of what the bug has met. */
export function reportFault(what: string, error: unknown): void {
  // The store throws a UserError once it has failed, and has reported that itself.
  if (error instanceof UserError) return;
  process.stderr.write(`${what} failed; the stack is still running: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
