import type { Rule, Subject } from "./rule.ts";

/** What is wrong, by type. Log groups, images and functions' code are not here: AWS encrypts them always. */
const FAULTS: Readonly<Record<string, (props: Subject["props"]) => string | false>> = {
  "aws:sqs/queue:Queue": ({ sqsManagedSseEnabled, kmsMasterKeyId }) => sqsManagedSseEnabled !== true && !kmsMasterKeyId && "is not encrypted; use sqsManagedSseEnabled or kmsMasterKeyId",
  "aws:sns/topic:Topic": ({ kmsMasterKeyId }) => !kmsMasterKeyId && "is not encrypted; use kmsMasterKeyId",
  "aws:dynamodb/table:Table": ({ serverSideEncryption }) =>
    (serverSideEncryption as { enabled?: boolean } | undefined)?.enabled !== true && "is encrypted with a key that no one can audit; use serverSideEncryption.enabled",
  "aws:kms/key:Key": ({ enableKeyRotation }) => enableKeyRotation !== true && "is never rotated; use enableKeyRotation",
};

export const encryptedAtRest: Rule = {
  name: "encrypted-at-rest",
  description: "Queues, topics and tables are encrypted, and keys are rotated.",
  faults: ({ type, props }) => [FAULTS[type]?.(props)].filter((fault) => typeof fault === "string"),
};
