export type Interruption = "SIGINT" | "SIGTERM";

/** As shells report it: 128 and the signal's number. */
export const EXIT_CODES: Readonly<Record<Interruption, number>> = { SIGINT: 130, SIGTERM: 143 };

/** A terminal sends Ctrl-C to npm and to this process, and npm forwards its own: two signals of one key press. */
const FORWARDED_WITHIN_MS = 500;

/**
 * Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends the process at once. What the stack has started ends
 * with its process either way.
 *
 * @returns aborted by the first; its reason is the {@link Interruption}
 */
export function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (!controller.signal.aborted) {
        first = performance.now();
        controller.abort(signal);
      } else if (performance.now() - first > FORWARDED_WITHIN_MS) process.exit(EXIT_CODES[signal]);
    });
  }
  return controller.signal;
}

/** Resolves when the signal is aborted, with its reason. */
export function aborted(signal: AbortSignal): Promise<Interruption> {
  return new Promise((resolve) => {
    const tell = () => resolve(signal.reason as Interruption);
    if (signal.aborted) tell();
    else signal.addEventListener("abort", tell, { once: true });
  });
}
