import { hash } from "node:crypto";

/**
 * An X-Ray trace header, always the same for the same work; nothing is sampled here.
 *
 * @param work names what is traced: an execution, whose invocations share a trace, or one invocation of a plain function
 * @param startedAt epoch milliseconds
 */
export function traceHeader(work: string, startedAt: number): string {
  const digest = hash("sha256", work);
  return `Root=1-${Math.floor(startedAt / 1000).toString(16).padStart(8, "0")}-${digest.slice(0, 24)};Parent=${digest.slice(24, 40)};Sampled=0`;
}
