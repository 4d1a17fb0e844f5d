import { physicalName, sha256, type Providers, type ResourceRequest } from "./provider.ts";

const SUBNET_KINDS = ["public", "private", "isolated"] as const;

/**
 * Networks are not simulated (tasks talk to the HTTP door over loopback), but other resources are built on their ids.
 */
export const networkProviders: Providers = {
  "awsx:ec2:Vpc": (resource, context) => {
    const vpcId = idOf("vpc", resource);
    const zones = Number(resource.inputs.numberOfAvailabilityZones ?? 3);
    const subnets = Object.fromEntries(
      SUBNET_KINDS.map((kind) => [
        `${kind}SubnetIds`,
        Array.from({ length: zones }, (_, zone) => idOf("subnet", resource, `${kind}-${zone + 1}`)),
      ]),
    );
    return {
      id: vpcId,
      outputs: {
        ...subnets,
        vpcId,
        vpc: { id: vpcId, arn: `arn:${context.identity.partition}:ec2:${context.identity.region}:${context.identity.accountId}:vpc/${vpcId}`, cidrBlock: resource.inputs.cidrBlock },
        subnets: [],
        routeTables: SUBNET_KINDS.map((kind) => ({ id: idOf("rtb", resource, kind) })),
        vpcEndpoints: [],
        natGateways: [],
      },
    };
  },
  "aws:ec2/securityGroup:SecurityGroup": (resource, context) => {
    const id = idOf("sg", resource);
    return {
      id,
      outputs: { id, name: physicalName(resource, context), arn: `arn:${context.identity.partition}:ec2:${context.identity.region}:${context.identity.accountId}:security-group/${id}` },
    };
  },
};

function idOf(prefix: string, resource: ResourceRequest, part = ""): string {
  return `${prefix}-${sha256(resource.name, part).slice(0, 17)}`;
}
