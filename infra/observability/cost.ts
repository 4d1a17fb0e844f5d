import type { Settings } from "../settings.ts";

/** List prices in USD of us-east-1, arm64, November 2026. */
export const PRICES = {
  durableOperation: 8 / 1e6,
  durableGigabyteWritten: 0.25,
  lambdaRequest: 0.2 / 1e6,
  lambdaGigabyteSecond: 0.0000133334,
  fargateVcpuHour: 0.03238,
  fargateGigabyteHour: 0.00356,
} as const;

/** Spot is about 70 % cheaper; its price moves. */
const SPOT_FACTOR = 0.3;

/** USD for one task that runs for an hour. */
export function taskHourCost({ jobCpu, jobMemory, jobCapacityProvider }: Pick<Settings, "jobCpu" | "jobMemory" | "jobCapacityProvider">): number {
  const full = (jobCpu / 1024) * PRICES.fargateVcpuHour + (jobMemory / 1024) * PRICES.fargateGigabyteHour;
  return jobCapacityProvider === "FARGATE_SPOT" ? full * SPOT_FACTOR : full;
}
