import { AwsError } from "../errors.ts";

/** Why a delivery failed, in EventBridge's words, and whether trying again can help. */
export interface DeliveryFailure {
  /** As in the `ERROR_CODE` attribute of a dead letter. */
  readonly code: "NO_PERMISSIONS" | "NO_RESOURCE" | "INVALID_PARAMETER" | "THROTTLING" | "SDK_CLIENT_ERROR" | "INTERNAL_ERROR";
  readonly message: string;
  readonly retriable: boolean;
}

const SECOND = 1000;
const FIRST_RETRY = SECOND;
const LONGEST_RETRY = 15 * 60 * SECOND;

/** What the target's refusal means: a permission or a resource that is missing is not there a second later either. */
export function deliveryFailure(error: unknown): DeliveryFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof AwsError)) return { code: "INTERNAL_ERROR", message, retriable: true };
  if (error.status === 429) return { code: "THROTTLING", message, retriable: true };
  if (error.status >= 500) return { code: "INTERNAL_ERROR", message, retriable: true };
  if (error.code.startsWith("AccessDenied")) return { code: "NO_PERMISSIONS", message, retriable: false };
  if (error.code === "ResourceNotFoundException") return { code: "NO_RESOURCE", message, retriable: false };
  const code = error.code.startsWith("InvalidParameter") ? "INVALID_PARAMETER" : "SDK_CLIENT_ERROR";
  return { code, message, retriable: false };
}

/** @returns declared milliseconds to wait before retry number `retry`, counted from 1 */
export function retryDelay(retry: number): number {
  return Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** (retry - 1));
}
