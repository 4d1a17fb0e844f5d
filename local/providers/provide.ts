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
import { ssmProviders } from "./ssm.ts";

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
  ...ssmProviders,
};

export const simulatedTypes: readonly string[] = Object.keys(simulated);

/** Whether a resource of this type runs here, or is only given a name. */
export function isSimulated(type: string): boolean {
  return Object.hasOwn(simulated, type) || type.startsWith("pulumi:providers:");
}

/**
 * The outputs of a resource. A resource of AWS that is not simulated has a name and an ARN, so that policies and other resources can
 * refer to it. Other outputs are absent.
 */
export async function provide(resource: ResourceRequest, context: ProviderContext): Promise<ProvidedResource> {
  const provider = simulated[resource.type] ?? networkProviders[resource.type] ?? unsimulated;
  const { id, outputs } = await provider(resource, context);
  return { id, outputs: { ...resource.inputs, ...outputs } };
}

function unsimulated(resource: ResourceRequest, context: ProviderContext): ProvidedResource {
  const name = physicalName(resource, context);
  // `outputs` is what `getOutput` of a stack reference reads.
  if (resource.type === "pulumi:pulumi:StackReference") return { id: name, outputs: { outputs: {} } };
  if (!resource.type.startsWith("aws:")) return { id: name, outputs: {} };
  const service = resource.type.split(":")[1]?.split("/")[0] ?? "aws";
  return {
    id: name,
    outputs: { name, arn: `arn:${context.identity.partition}:${service}:${context.identity.region}:${context.identity.accountId}:${name}` },
  };
}
