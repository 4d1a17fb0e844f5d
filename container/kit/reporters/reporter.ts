import type { JobError } from "../errors.ts";

/** The job's way to whoever waits for it. A report that comes too late, because the matter is closed, counts as delivered. */
export interface Reporter {
  /** @throws NobodyWaits when it is refused because the matter is closed */
  heartbeat(): Promise<void>;
  succeeded(result: unknown): Promise<void>;
  failed(error: JobError): Promise<void>;
}

/**
 * Settings of the clients that send reports. Without time-outs, a request to an endpoint that accepts it and never responds would
 * never end. Ten tries take less than two minutes.
 */
export const REPORT_CLIENT = {
  maxAttempts: 10,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true },
};
