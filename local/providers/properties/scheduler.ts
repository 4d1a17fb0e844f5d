import { description, encryption, members, notSimulated, onlyIf, simulated, stackRegion, tags, type Properties } from "./treatment.ts";

/** The targets that the local stack delivers to. */
export function isSimulatedTarget(arn: string): boolean {
  return /^arn:[\w-]+:lambda:/.test(arn);
}

export const scheduleProperties: Properties = {
  actionAfterCompletion: simulated,
  description,
  endDate: simulated,
  flexibleTimeWindow: members({ maximumWindowInMinutes: simulated, mode: simulated }),
  groupName: simulated,
  kmsKeyArn: encryption,
  name: simulated,
  namePrefix: simulated,
  region: stackRegion,
  scheduleExpression: simulated,
  scheduleExpressionTimezone: simulated,
  startDate: simulated,
  state: simulated,
  target: members({
    arn: onlyIf(isSimulatedTarget),
    deadLetterConfig: members({ arn: simulated }),
    ecsParameters: notSimulated,
    eventbridgeParameters: notSimulated,
    input: simulated,
    kinesisParameters: notSimulated,
    retryPolicy: members({ maximumEventAgeInSeconds: simulated, maximumRetryAttempts: simulated }),
    roleArn: simulated,
    sagemakerPipelineParameters: notSimulated,
    sqsParameters: notSimulated,
  }),
};

export const scheduleGroupProperties: Properties = { name: simulated, namePrefix: simulated, region: stackRegion, tags };
