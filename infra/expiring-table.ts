import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

type Keys = Pick<aws.dynamodb.TableArgs, "attributes" | "hashKey" | "globalSecondaryIndexes">;

/**
 * A table whose items DynamoDB deletes after `expiresAt` (epoch seconds). Billed per request (about 0.70 USD per million writes), with
 * restore to any second of the last 35 days (0.20 USD per GB and month).
 *
 * @param opts.protect refuses to delete or replace the table, by Pulumi and by DynamoDB itself; and keeps it when it is taken out of the
 *   program after all
 */
export function expiringTable(name: string, keys: Keys, { parent, protect }: { parent: pulumi.Resource; protect: boolean }): aws.dynamodb.Table {
  return new aws.dynamodb.Table(
    name,
    {
      ...keys,
      billingMode: "PAY_PER_REQUEST",
      ttl: { attributeName: "expiresAt", enabled: true },
      pointInTimeRecovery: { enabled: true },
      // The account's key for DynamoDB rather than AWS's own: its use can be seen in CloudTrail.
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: protect,
    },
    { parent, protect, retainOnDelete: protect },
  );
}
