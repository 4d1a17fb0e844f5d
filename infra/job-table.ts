import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { OPEN_JOBS_ATTRIBUTES, OPEN_JOBS_INDEX } from "../functions/shared/job-record.ts";
import { expiringTable } from "./expiring-table.ts";

export interface JobTableArgs {
  /** Refuses to delete or replace the table, by Pulumi and by DynamoDB itself; and keeps it when it is taken out of the program after all. */
  readonly protect: boolean;
}

/** Records of dispatched jobs, one item per job, removed by DynamoDB when they expire. */
export class JobTable extends pulumi.ComponentResource {
  readonly table: aws.dynamodb.Table;

  constructor(name: string, args: JobTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:JobTable", name, {}, opts);
    this.table = expiringTable(
      name,
      {
        attributes: [
          { name: "jobId", type: "S" },
          { name: "open", type: "S" },
        ],
        hashKey: "jobId",
        // Closed records lack the attribute, so the index holds no more than what runs.
        globalSecondaryIndexes: [
          {
            name: OPEN_JOBS_INDEX,
            keySchemas: [{ attributeName: "open", keyType: "HASH" }],
            projectionType: "INCLUDE",
            nonKeyAttributes: OPEN_JOBS_ATTRIBUTES,
          },
        ],
      },
      { parent: this, protect: args.protect },
    );
    this.registerOutputs({ tableName: this.table.name });
  }
}
