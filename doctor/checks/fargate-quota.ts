import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand, NoSuchResourceException, type ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import type { Settings } from "../../infra/settings.ts";
import { ok, problem, warning, type Judgement } from "../finding.ts";

/** Codes of Service Quotas (AWS General Reference, "Amazon ECS endpoints and quotas"): vCPUs that run at a time, per Region. */
const QUOTA_CODES = { FARGATE: "L-3032A538", FARGATE_SPOT: "L-36FBB829" } as const satisfies Record<Settings["jobCapacityProvider"], string>;
const NAMES = { FARGATE: "Fargate On-Demand", FARGATE_SPOT: "Fargate Spot" } as const;
/** Fewer tasks at a time than this are soon in the way of a trial: a failed attempt still stops while the next one starts. */
const FEW_TASKS = 10;
const CPU_UNITS_PER_VCPU = 1024;

export interface VcpuQuota {
  readonly vcpus: number;
  /** Whether the value is the account's own, or AWS's default because the account has none on record. */
  readonly applied: boolean;
}

export async function readVcpuQuota(quotas: ServiceQuotasClient, provider: Settings["jobCapacityProvider"]): Promise<VcpuQuota> {
  const request = { ServiceCode: "fargate", QuotaCode: QUOTA_CODES[provider] };
  try {
    const { Quota } = await quotas.send(new GetServiceQuotaCommand(request));
    return { vcpus: valueOf(Quota?.Value), applied: true };
  } catch (error) {
    // The applied quota is not available for every quota and account (Service Quotas API Reference, GetServiceQuota).
    if (!(error instanceof NoSuchResourceException)) throw error;
    const { Quota } = await quotas.send(new GetAWSDefaultServiceQuotaCommand(request));
    return { vcpus: valueOf(Quota?.Value), applied: false };
  }
}

function valueOf(value: number | undefined): number {
  if (value === undefined) throw new Error("The response has no value.");
  return value;
}

export function judgeVcpuQuota({ vcpus, applied }: VcpuQuota, { jobCapacityProvider: provider, jobCpu }: Pick<Settings, "jobCapacityProvider" | "jobCpu">): Judgement {
  const perTask = jobCpu / CPU_UNITS_PER_VCPU;
  const tasks = Math.floor(vcpus / perTask);
  const found = `${NAMES[provider]} allows ${vcpus} vCPUs at a time (${applied ? "the account's quota" : "AWS's default; a new account may have less"}): ${tasks} tasks of ${perTask} vCPU.`;
  const desired = Math.ceil(perTask * FEW_TASKS * 4);
  const remedy = `Ask for more: aws service-quotas request-service-quota-increase --service-code fargate --quota-code ${QUOTA_CODES[provider]} --desired-value ${desired}; or use a smaller jobCpu.`;
  if (tasks === 0) return problem(found, remedy);
  return tasks < FEW_TASKS ? warning(found, remedy) : ok(found);
}
