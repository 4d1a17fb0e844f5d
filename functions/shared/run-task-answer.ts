import type { ConflictException, Failure, RunTaskResponse } from "@aws-sdk/client-ecs";
import { isThrottlingError, isTransientError } from "@smithy/core/retry";

/** What a RunTask call came to. */
export type RunTaskAnswer =
  | { readonly kind: "started"; readonly taskArn: string }
  /** `refused`: nothing was started, and a later call may succeed. `unknown`: the call may have started a task. `permanent`: no call will succeed. */
  | { readonly kind: "refused" | "unknown" | "permanent"; readonly reason: string }
  /** Another request has used the client token; these tasks are what it started. */
  | { readonly kind: "conflict"; readonly taskArns: readonly string[]; readonly reason: string };

/**
 * A lack of capacity or a quota, in ECS's words ("Capacity is unavailable at this time", "You’ve reached the limit on the number of vCPUs
 * you can run concurrently"). A capacity provider that is missing is neither.
 */
export const NO_CAPACITY = /\bcapacity\b(?! provider)|\blimit on the number of\b/i;

/** Reasons of `failures` that pass: Amazon ECS Developer Guide, "API failure reasons". */
const PASSING_FAILURE = /^RESOURCE:|^AGENT$|internal error/i;

/** ClientException has one code for many causes; API Reference, RunTask, names the quota of tasks in PROVISIONING. */
const PASSING_CLIENT_EXCEPTION = new RegExp(`${NO_CAPACITY.source}|PROVISIONING|\\blimit\\b`, "i");

/** ECS wraps the throttling of other services, such as EC2's DescribeSubnets, into an InvalidParameterException. */
const WRAPPED_THROTTLING = /rate exceeded|throttl|RequestLimitExceeded/i;

/** Classifies a response. */
export function judgeResponse({ tasks, failures }: Pick<RunTaskResponse, "tasks" | "failures">): RunTaskAnswer {
  const taskArn = tasks?.[0]?.taskArn;
  if (taskArn !== undefined) {
    return { kind: "started", taskArn };
  }
  const failure = failures?.[0];
  if (failure === undefined) {
    return { kind: "unknown", reason: "ECS returned neither a task nor a failure" };
  }
  const reason = describeFailure(failure);
  const passing = PASSING_FAILURE.test(failure.reason ?? "") || NO_CAPACITY.test(reason);
  return { kind: passing ? "refused" : "permanent", reason };
}

/** Classifies what the client threw. */
export function judgeError(error: Error): RunTaskAnswer {
  const reason = `${error.name}: ${error.message}`;
  if (error.name === "ConflictException") {
    const { resourceIds } = error as Partial<Pick<ConflictException, "resourceIds">>;
    return { kind: "conflict", taskArns: resourceIds ?? [], reason };
  }
  return { kind: kindOf(error), reason };
}

function kindOf(error: Error): "refused" | "unknown" | "permanent" {
  // The classification reads any error; its parameter type only adds optional fields, some of them incompatible with a bare Error.
  const candidate = error as Parameters<typeof isThrottlingError>[0];
  if ((candidate.$metadata?.httpStatusCode ?? 0) >= 500) {
    return "unknown";
  }
  if (isThrottlingError(candidate) || error.name.startsWith("LimitExceeded")) {
    return "refused";
  }
  if (isTransientError(candidate)) {
    return "unknown";
  }
  const passing = { ClientException: PASSING_CLIENT_EXCEPTION, InvalidParameterException: WRAPPED_THROTTLING }[error.name];
  return passing?.test(error.message) ? "refused" : "permanent";
}

function describeFailure({ reason, detail }: Failure): string {
  return [reason, detail].filter(Boolean).join(": ") || "no reason given";
}
