import { deployment, description, encryption, irrelevant, members, notSimulated, onlyFor, onlyIf, simulated, stackRegion, tags, type Properties } from "./treatment.ts";

const targetRole = irrelevant("functions and queues are protected by policies of their own");

export const busProperties: Properties = {
  deadLetterConfig: notSimulated,
  description,
  eventSourceName: notSimulated,
  kmsKeyIdentifier: encryption,
  logConfig: notSimulated,
  name: simulated,
  region: stackRegion,
  tags,
};

export const ruleProperties: Properties = {
  description,
  eventBusName: simulated,
  eventPattern: simulated,
  forceDestroy: deployment,
  isEnabled: simulated,
  name: simulated,
  namePrefix: simulated,
  region: stackRegion,
  roleArn: targetRole,
  scheduleExpression: simulated,
  state: onlyFor("ENABLED", "DISABLED"),
  tags,
};

/** The services that the local stack delivers to. */
export function isSimulatedTarget(arn: string): boolean {
  return /^arn:[\w-]+:(lambda|sqs):/.test(arn);
}

export const targetProperties: Properties = {
  appsyncTarget: notSimulated,
  arn: onlyIf(isSimulatedTarget),
  batchTarget: notSimulated,
  deadLetterConfig: members({ arn: simulated }),
  ecsTarget: notSimulated,
  eventBusName: simulated,
  forceDestroy: deployment,
  httpTarget: notSimulated,
  input: simulated,
  inputPath: notSimulated,
  inputTransformer: notSimulated,
  kinesisTarget: notSimulated,
  redshiftTarget: notSimulated,
  region: stackRegion,
  retryPolicy: members({ maximumEventAgeInSeconds: simulated, maximumRetryAttempts: simulated }),
  roleArn: targetRole,
  rule: simulated,
  runCommandTargets: notSimulated,
  sagemakerPipelineTarget: notSimulated,
  sqsTarget: notSimulated,
  targetId: simulated,
};
