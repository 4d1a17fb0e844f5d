import type * as pulumi from "@pulumi/pulumi";
import type { Place } from "../names.ts";
import type { Settings } from "../settings.ts";

/** What there is to see of the stack, by the names that CloudWatch knows it by. Keys are names within the program. */
export interface Watched {
  readonly place: Place;
  readonly settings: Settings;
  /** Project and stack, as the workflows' metric lines have it. */
  readonly stackName: string;
  /** Every function. */
  readonly functions: Readonly<Record<string, pulumi.Input<string>>>;
  /** Those that are durable. */
  readonly durableFunctions: Readonly<Record<string, pulumi.Input<string>>>;
  /** Every dead-letter queue. */
  readonly deadLetterQueues: Readonly<Record<string, pulumi.Input<string>>>;
  /** Of these, those of events that nobody else misses: what fails to start or fails as an execution is counted where it fails. */
  readonly eventQueues: Readonly<Record<string, pulumi.Input<string>>>;
  readonly scheduleGroups: Readonly<Record<string, pulumi.Input<string>>>;
  readonly clusterName: pulumi.Input<string>;
  /** Rules that pass on nothing but tasks that did not start, and tasks that failed. */
  readonly notStartedRule: pulumi.Input<string>;
  readonly failedRule: pulumi.Input<string>;
}
