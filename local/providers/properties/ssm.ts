import { deployment, description, encryption, irrelevant, notSimulated, onlyFor, simulated, stackRegion, tags, type Properties } from "./treatment.ts";

export const parameterProperties: Properties = {
  allowedPattern: notSimulated,
  arn: irrelevant("an output"),
  dataType: onlyFor("text"),
  description,
  insecureValue: simulated,
  keyId: encryption,
  name: simulated,
  overwrite: deployment,
  region: stackRegion,
  tags,
  tier: irrelevant("cost and size"),
  type: simulated,
  value: simulated,
  valueWo: simulated,
  valueWoVersion: deployment,
};
