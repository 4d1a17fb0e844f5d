import { paginateListServiceQuotas, type ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { ok, problem, unknown, type Judgement } from "../finding.ts";

export interface Quota {
  readonly name: string;
  readonly value: number;
}

/** Lambda's quotas whose names say durable: AWS documents no codes for them, so they are found by name. */
export async function readDurableQuotas(quotas: ServiceQuotasClient): Promise<Quota[]> {
  const found: Quota[] = [];
  for await (const { Quotas = [] } of paginateListServiceQuotas({ client: quotas }, { ServiceCode: "lambda" })) {
    for (const { QuotaName: name = "", Value: value } of Quotas) if (/durable/i.test(name) && value !== undefined) found.push({ name, value });
  }
  return found;
}

export function judgeDurableQuotas(quotas: readonly Quota[]): Judgement {
  const list = quotas.map(({ name, value }) => `${name}: ${value}`).join("; ");
  if (quotas.length === 0) return unknown("Service Quotas lists no quota of durable functions.", "Read the defaults in docs/scaling.md, section Quotas; there is nothing to do before a first deployment.");
  if (quotas.some(({ value }) => value <= 0)) return problem(`A quota of durable functions is 0. ${list}`, "Ask for an increase in Service Quotas, service AWS Lambda.");
  return ok(list);
}
