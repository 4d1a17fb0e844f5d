import type { Cost, Invocation } from "../../operator/page/execution-api.ts";
import type { Task } from "../ecs/task.ts";

/** List prices of us-east-1 in US dollars, for arm64: what the program declares. */
const PER_OPERATION = 8 / 1_000_000;
const PER_GIGABYTE_WRITTEN = 0.25;
const PER_REQUEST = 0.2 / 1_000_000;
const PER_GIGABYTE_SECOND = 0.0000133334;
const PER_VCPU_HOUR = 0.03238;
const PER_GIGABYTE_HOUR = 0.00356;
const GIGABYTE = 1_000_000_000;
/** Fargate bills a minute at least. */
const SHORTEST_TASK_SECONDS = 60;

/**
 * What an execution would have cost on AWS. Times are those measured here, so that with `--speed` compute seems cheaper.
 *
 * @param metered durable operations and the bytes written for them
 * @param now until when invocations and tasks that still run are counted
 */
export function costOf(
  metered: { readonly operations: number; readonly bytesWritten: number },
  invocations: readonly Invocation[],
  memoryMegabytes: number,
  tasks: readonly Task[],
  now: number,
): Cost {
  const milliseconds = invocations.reduce((sum, { startedAt, endedAt = now }) => sum + Math.ceil(endedAt - startedAt), 0);
  const gigabyteSeconds = (milliseconds / 1000) * (memoryMegabytes / 1024);
  let taskSeconds = 0;
  let taskDollars = 0;
  for (const task of tasks) {
    const seconds = ((task.stoppedAt ?? now) - task.createdAt) / 1000;
    const hours = Math.max(seconds, SHORTEST_TASK_SECONDS) / 3600;
    taskSeconds += seconds;
    taskDollars += hours * ((Number(task.cpu) / 1024) * PER_VCPU_HOUR + (Number(task.memory) / 1024) * PER_GIGABYTE_HOUR);
  }
  const dollars =
    metered.operations * PER_OPERATION +
    (metered.bytesWritten / GIGABYTE) * PER_GIGABYTE_WRITTEN +
    invocations.length * PER_REQUEST +
    gigabyteSeconds * PER_GIGABYTE_SECOND +
    taskDollars;
  return { ...metered, invocations: invocations.length, gigabyteSeconds, taskSeconds, dollars };
}
