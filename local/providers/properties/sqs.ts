import { encryption, notSimulated, onlyFor, simulated, stackRegion, tags, type Properties } from "./treatment.ts";

export const queueProperties: Properties = {
  contentBasedDeduplication: notSimulated,
  deduplicationScope: notSimulated,
  delaySeconds: onlyFor(0),
  fifoQueue: notSimulated,
  fifoThroughputLimit: notSimulated,
  kmsDataKeyReusePeriodSeconds: encryption,
  kmsMasterKeyId: encryption,
  maxMessageSize: onlyFor(1_048_576),
  messageRetentionSeconds: simulated,
  name: simulated,
  namePrefix: simulated,
  policy: simulated,
  receiveWaitTimeSeconds: onlyFor(0),
  redriveAllowPolicy: notSimulated,
  redrivePolicy: notSimulated,
  region: stackRegion,
  sqsManagedSseEnabled: encryption,
  tags,
  visibilityTimeoutSeconds: onlyFor(30),
};

export const queuePolicyProperties: Properties = { policy: simulated, queueUrl: simulated, region: stackRegion };
