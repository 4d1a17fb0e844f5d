import type { Identity } from "../identity.ts";
import { cloudwatchLogsProviders } from "./cloudwatch-logs.ts";
import { dynamodbProviders } from "./dynamodb.ts";
import { ecrProviders } from "./ecr.ts";
import { ecsProviders } from "./ecs.ts";
import { eventbridgeProviders } from "./eventbridge.ts";
import { iamProviders } from "./iam.ts";
import { lambdaProviders } from "./lambda.ts";
import { networkProviders } from "./network.ts";
import { physicalName, type ProvidedResource, type ProviderContext, type Providers, type ResourceRequest } from "./provider.ts";
import { schedulerProviders } from "./scheduler.ts";
import { sqsProviders } from "./sqs.ts";

const simulated: Providers = {
  ...cloudwatchLogsProviders,
  ...dynamodbProviders,
  ...ecrProviders,
  ...ecsProviders,
  ...eventbridgeProviders,
  ...iamProviders,
  ...lambdaProviders,
  ...schedulerProviders,
  ...sqsProviders,
};

/** Whether a resource of this type runs here, or is only given a name. */
export function isSimulated(type: string): boolean {
  return type in simulated || type.startsWith("pulumi:providers:");
}

/** The outputs of a resource. A type that is not simulated gets a name and an ARN, so that the program evaluates. */
export async function provide(resource: ResourceRequest, context: ProviderContext): Promise<ProvidedResource> {
  const provider = simulated[resource.type] ?? networkProviders[resource.type] ?? unsimulated;
  const { id, outputs } = await provider(resource, context);
  return { id, outputs: { ...resource.inputs, ...outputs } };
}

function unsimulated(resource: ResourceRequest, context: ProviderContext): ProvidedResource {
  const name = physicalName(resource, context);
  const service = resource.type.split(":")[1]?.split("/")[0] ?? "aws";
  return {
    id: name,
    outputs: { name, arn: `arn:${context.identity.partition}:${service}:${context.identity.region}:${context.identity.accountId}:${name}` },
  };
}

/**
 * The result of a provider function (an "invoke").
 *
 * @throws Error naming the function when the local stack has no answer for it
 */
export function invokeResult(token: string, identity: Identity): Record<string, unknown> {
  switch (token) {
    case "aws:index/getRegion:getRegion":
      return { id: identity.region, name: identity.region, region: identity.region };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: identity.accountId, arn: `arn:${identity.partition}:iam::${identity.accountId}:user/local-developer`, id: identity.accountId, userId: "AIDALOCALDEVELOPER" };
    case "aws:index/getPartition:getPartition":
      return { id: identity.partition, partition: identity.partition, dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { id: identity.region, names: ["a", "b", "c"].map((zone) => `${identity.region}${zone}`) };
    // To the program, the local stack is always new: nothing is there before its resources are.
    case "aws:lambda/getFunctions:getFunctions":
      return { id: identity.region, functionNames: [], functionArns: [] };
    case "aws:cloudwatch/getLogGroups:getLogGroups":
      return { id: identity.region, logGroupNames: [], arns: [] };
    default:
      throw new Error(`The local stack has no answer for the provider function ${token}.`);
  }
}
