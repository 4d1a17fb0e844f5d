import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expiringTable } from "./expiring-table.ts";
import { allow, type Statement } from "./iam.ts";

export interface OccurrenceTableArgs {
  /** Refuses to delete or replace the table, by Pulumi and by DynamoDB itself; and keeps it when it is taken out of the program after all. */
  readonly protect: boolean;
}

/** Longer than any delivery is retried or redriven, and long enough to compare a report with that of the year before. */
const TTL_DAYS = 400;

/**
 * Outcomes of scheduled functions, one item per occurrence of a schedule. The Scheduler delivers at least once; a conditional put here
 * makes the second delivery of an occurrence without effect.
 */
export class OccurrenceTable extends pulumi.ComponentResource {
  readonly table: aws.dynamodb.Table;
  /** Environment of a function that stores outcomes. */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Permissions of such a function. */
  readonly statements: readonly Statement[];

  constructor(name: string, args: OccurrenceTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:OccurrenceTable", name, {}, opts);
    this.table = expiringTable(name, { attributes: [{ name: "occurrence", type: "S" }], hashKey: "occurrence" }, { parent: this, protect: args.protect });
    this.environment = { OCCURRENCE_TABLE_NAME: this.table.name, OCCURRENCE_TTL_DAYS: String(TTL_DAYS) };
    this.statements = [allow("StoreOutcome", ["dynamodb:GetItem", "dynamodb:PutItem"], [this.table.arn])];
    this.registerOutputs({ tableName: this.table.name });
  }
}
