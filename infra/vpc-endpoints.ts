import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface VpcEndpointsArgs {
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
  /** One subnet per zone: each interface endpoint has a network interface in each. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Route tables that lead to the gateway endpoints. */
  readonly routeTableIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Who may use the endpoints. It gets to connect to them, and to nothing else. */
  readonly clientSecurityGroupId: pulumi.Input<string>;
}

/** Free of charge. ECR keeps the layers of images in S3; the job's records are in DynamoDB. */
const GATEWAY_SERVICES = ["s3", "dynamodb"];
/** What starts a task (ecr, logs), and what the job itself calls (lambda: callbacks and heartbeats). */
const INTERFACE_SERVICES = ["ecr.api", "ecr.dkr", "logs", "lambda"];

const HTTPS = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };

/** Ways to the AWS services that tasks need, without a way to the internet. */
export class VpcEndpoints extends pulumi.ComponentResource {
  constructor(name: string, args: VpcEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:VpcEndpoints", name, {}, opts);
    const { vpcId, subnetIds, routeTableIds, clientSecurityGroupId } = args;
    const serviceName = (service: string) => `com.amazonaws.${args.region}.${service}`;

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
    for (const service of INTERFACE_SERVICES) {
      new aws.ec2.VpcEndpoint(
        `${name}-${service.replace(".", "-")}`,
        { vpcId, serviceName: serviceName(service), vpcEndpointType: "Interface", subnetIds, securityGroupIds: [securityGroup.id], privateDnsEnabled: true },
        { parent: this },
      );
    }
    for (const service of GATEWAY_SERVICES) {
      const gateway = new aws.ec2.VpcEndpoint(`${name}-${service}`, { vpcId, serviceName: serviceName(service), vpcEndpointType: "Gateway", routeTableIds }, { parent: this });
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-${service}-out`,
        { ...HTTPS, securityGroupId: clientSecurityGroupId, description: `HTTPS to ${service}`, prefixListId: gateway.prefixListId },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
