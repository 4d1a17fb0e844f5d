import type { JobError } from "../errors.ts";

/** The job's way to whoever waits for it. A report that comes too late, because the matter is closed, counts as delivered. */
export interface Reporter {
  /** @throws NobodyWaits when it is refused because the matter is closed */
  heartbeat(): Promise<void>;
  succeeded(result: unknown): Promise<void>;
  failed(error: JobError): Promise<void>;
}

/** Tries of one report: nothing else is left to do, so it may take its time. */
export const REPORT_ATTEMPTS = 10;
