import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** Two weeks, the most that SQS offers: time to notice, to mend and to send again. */
const RETENTION_SECONDS = 1_209_600;

/** A queue for what could not be delivered, encrypted with SQS's own key. Costs nothing while it is empty. */
export function deadLetterQueue(name: string, opts: pulumi.CustomResourceOptions): aws.sqs.Queue {
  return new aws.sqs.Queue(name, { messageRetentionSeconds: RETENTION_SECONDS, sqsManagedSseEnabled: true }, opts);
}
