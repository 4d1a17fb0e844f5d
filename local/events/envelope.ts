import { randomUUID } from "node:crypto";
import type { Identity } from "../identity.ts";
import type { BusEvent } from "./event.ts";

/** An event as rules and targets see it (EventBridge User Guide, "Event structure reference"). */
export interface Envelope {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** Whole seconds, as EventBridge writes them. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** @param time epoch milliseconds */
export function envelopeOf(event: BusEvent, identity: Identity, time: number): Envelope {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": event.detailType,
    source: event.source,
    account: identity.accountId,
    time: `${new Date(time).toISOString().slice(0, 19)}Z`,
    region: identity.region,
    resources: event.resources,
    detail: event.detail,
  };
}

/** The name of a bus, given by name or ARN. */
export function busName(nameOrArn = "default"): string {
  return nameOrArn.replace(/^arn:.*:event-bus\//, "");
}
