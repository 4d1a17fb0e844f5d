import { deployment, encryption, irrelevant, simulated, stackRegion, tags, type Properties } from "./treatment.ts";

export const logGroupProperties: Properties = {
  deletionProtectionEnabled: deployment,
  kmsKeyId: encryption,
  logGroupClass: irrelevant("cost of storage"),
  name: simulated,
  namePrefix: simulated,
  region: stackRegion,
  retentionInDays: simulated,
  skipDestroy: deployment,
  tags,
};
