import { ServiceException } from "@smithy/core/client";
import { isRetryableByTrait, isThrottlingError, isTransientError } from "@smithy/core/retry";

/** Whether a service refused a request permanently: the same request would be refused again. */
export function isRefusal(error: unknown): boolean {
  if (!ServiceException.isInstance(error) || error.$fault !== "client") return false;
  // The cast: the SDK's two types of one error differ in `cause`.
  const refused = error as Parameters<typeof isThrottlingError>[0];
  return !isThrottlingError(refused) && !isTransientError(refused) && !isRetryableByTrait(refused);
}
