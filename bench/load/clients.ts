import { summarize, type Summary } from "../statistics.ts";
import type { Load } from "./target.ts";

/** By a clock that no test runner replaces. */
const nanoseconds = process.hrtime.bigint.bind(process.hrtime);
const now = () => Number(nanoseconds()) / 1e6;

/**
 * Runs the clients of a load.
 *
 * @param request makes one request, and throws unless it is answered as it should
 */
export async function runClients(load: Load, request: () => Promise<void>): Promise<Summary> {
  const started = now();
  const warmUp = "seconds" in load ? load.warmUpSeconds * 1000 : 0;
  const until = "seconds" in load ? started + warmUp + load.seconds * 1000 : Infinity;
  const durations: number[] = [];
  const client = async () => {
    let left = "seconds" in load ? Infinity : load.requestsPerClient;
    for (let start = now(); start < until && left > 0; left--) {
      await request();
      const end = now();
      if (end >= started + warmUp && end <= until) durations.push(end - start);
      start = end;
    }
  };
  await Promise.all(Array.from({ length: load.clients }, client));
  if (durations.length === 0) throw new Error("No request was answered in the time that is measured.");
  return summarize(durations, "seconds" in load ? load.seconds : (now() - started) / 1000);
}
