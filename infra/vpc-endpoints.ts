import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type EndpointService, endpointStatements, type EndpointUse, GATEWAY_SERVICES, interfaceServices } from "./endpoint-policies.ts";
import { policy } from "./iam.ts";

interface EndpointsArgs {
  readonly vpcId: pulumi.Input<string>;
  /** What may pass. */
  readonly use: EndpointUse;
  /** Who may connect. */
  readonly clientSecurityGroupId: pulumi.Input<string>;
}

export interface GatewayEndpointsArgs extends EndpointsArgs {
  /** Route tables that lead to the endpoints. */
  readonly routeTableIds: pulumi.Input<pulumi.Input<string>[]>;
}

export interface InterfaceEndpointsArgs extends EndpointsArgs {
  /** One subnet per zone: each endpoint has a network interface in each. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
}

const HTTPS = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };

function endpointArgs(service: EndpointService, { vpcId, use }: EndpointsArgs) {
  return { vpcId, serviceName: `com.amazonaws.${use.place.region}.${service}`, policy: pulumi.jsonStringify(policy(endpointStatements(use)[service])) };
}

/** The ways to S3 (layers of the image) and DynamoDB (the job's record) that cost nothing and leave AWS's network never. */
export class GatewayEndpoints extends pulumi.ComponentResource {
  constructor(name: string, args: GatewayEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:GatewayEndpoints", name, {}, opts);
    for (const service of GATEWAY_SERVICES) {
      const gateway = new aws.ec2.VpcEndpoint(`${name}-${service}`, { ...endpointArgs(service, args), vpcEndpointType: "Gateway", routeTableIds: args.routeTableIds }, { parent: this });
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-${service}-out`,
        { ...HTTPS, securityGroupId: args.clientSecurityGroupId, description: `HTTPS to ${service}`, prefixListId: gateway.prefixListId },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}

/** The ways to the other services that tasks need, under the services' own names, from the clients' security group only. */
export class InterfaceEndpoints extends pulumi.ComponentResource {
  constructor(name: string, args: InterfaceEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:InterfaceEndpoints", name, {}, opts);
    const { vpcId, subnetIds, clientSecurityGroupId } = args;
    const securityGroup = new aws.ec2.SecurityGroup(`${name}-access`, { vpcId, description: "Interface endpoints: HTTPS in from tasks" }, { parent: this });
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-https-in`,
      { ...HTTPS, securityGroupId: securityGroup.id, description: "HTTPS from tasks", referencedSecurityGroupId: clientSecurityGroupId },
      { parent: this },
    );
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-https-out`,
      { ...HTTPS, securityGroupId: clientSecurityGroupId, description: "HTTPS to interface endpoints", referencedSecurityGroupId: securityGroup.id },
      { parent: this },
    );
    for (const service of interfaceServices(args.use)) {
      new aws.ec2.VpcEndpoint(
        `${name}-${service.replace(".", "-")}`,
        { ...endpointArgs(service, args), vpcEndpointType: "Interface", subnetIds, securityGroupIds: [securityGroup.id], privateDnsEnabled: true },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
