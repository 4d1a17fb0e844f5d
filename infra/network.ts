import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { allow, policy, trust } from "./iam.ts";
import { arn, type Place } from "./names.ts";
import type { Egress } from "./settings.ts";
import { VpcEndpoints } from "./vpc-endpoints.ts";

export interface NetworkArgs {
  readonly place: Place;
  /** See {@link LAYOUTS}. */
  readonly egress: Egress;
  /** IPv4 block, /16 to /28. */
  readonly cidr: string;
  /** Number of zones, 2 or 3. */
  readonly availabilityZones: number;
  /** Days that flow logs are kept; one of CloudWatch's values. */
  readonly logRetentionDays: number;
}

interface Layout {
  readonly subnetSpecs: awsx.types.input.ec2.SubnetSpecArgs[];
  readonly natGateways: { strategy: awsx.ec2.NatGatewayStrategy };
  readonly taskSubnets: "publicSubnetIds" | "isolatedSubnetIds" | "privateSubnetIds";
  readonly assignPublicIp: "ENABLED" | "DISABLED";
}

/** How tasks reach AWS, with what it costs by standing there (list prices of us-east-1, November 2026). */
const LAYOUTS: Readonly<Record<Egress, Layout>> = {
  /** Nothing; 0.005 USD an hour for the public address of each running task. Nothing can connect to a task. */
  public: { subnetSpecs: [{ type: "Public" }], natGateways: { strategy: "None" }, taskSubnets: "publicSubnetIds", assignPublicIp: "ENABLED" },
  /** 7.30 USD a month for each of the four interface endpoints in each zone, and 0.01 USD per GB: 58 USD with two zones. */
  endpoints: { subnetSpecs: [{ type: "Isolated" }], natGateways: { strategy: "None" }, taskSubnets: "isolatedSubnetIds", assignPublicIp: "DISABLED" },
  /** 33 USD a month for one gateway, and 0.045 USD per GB. If its zone fails, tasks in other zones lose their way out. */
  nat: { subnetSpecs: [{ type: "Public" }, { type: "Private" }], natGateways: { strategy: "Single" }, taskSubnets: "privateSubnetIds", assignPublicIp: "DISABLED" },
};

/** The VPC that tasks run in. Nothing can connect to them from anywhere; they connect by HTTPS only. All traffic is in the flow logs. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly taskSubnetIds: pulumi.Output<string[]>;
  readonly taskSecurityGroupId: pulumi.Output<string>;
  readonly assignPublicIp: "ENABLED" | "DISABLED";

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:Network", name, {}, opts);
    const { subnetSpecs, natGateways, taskSubnets, assignPublicIp } = LAYOUTS[args.egress];

    const vpc = new awsx.ec2.Vpc(
      name,
      {
        cidrBlock: args.cidr,
        numberOfAvailabilityZones: args.availabilityZones,
        subnetStrategy: "Auto",
        subnetSpecs,
        natGateways,
        // Interface endpoints answer to the services' own names only with it.
        enableDnsHostnames: true,
      },
      { parent: this },
    );
    const taskSecurityGroup = new aws.ec2.SecurityGroup(`${name}-tasks`, { vpcId: vpc.vpcId, description: "Tasks: HTTPS out, nothing in" }, { parent: this });
    if (args.egress === "endpoints") {
      new VpcEndpoints(
        `${name}-endpoints`,
        { region: args.place.region, vpcId: vpc.vpcId, subnetIds: vpc.isolatedSubnetIds, routeTableIds: vpc.routeTables.apply((tables) => tables.map(({ id }) => id)), clientSecurityGroupId: taskSecurityGroup.id },
        { parent: this },
      );
    } else {
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-https-out`,
        { securityGroupId: taskSecurityGroup.id, description: "HTTPS to AWS", ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0" },
        { parent: this },
      );
    }
    this.#recordTraffic(name, vpc.vpcId, args);

    this.vpcId = vpc.vpcId;
    this.taskSubnetIds = vpc[taskSubnets];
    this.taskSecurityGroupId = taskSecurityGroup.id;
    this.assignPublicIp = assignPublicIp;
    this.registerOutputs({ vpcId: this.vpcId });
  }

  #recordTraffic(name: string, vpcId: pulumi.Output<string>, { place, logRetentionDays }: NetworkArgs): void {
    const logGroup = new aws.cloudwatch.LogGroup(`${name}-flow-logs`, { retentionInDays: logRetentionDays }, { parent: this });
    const role = new aws.iam.Role(
      `${name}-flow-logs-role`,
      { assumeRolePolicy: trust("vpc-flow-logs.amazonaws.com", place, arn(place, "ec2", "vpc-flow-log/*")) },
      { parent: this },
    );
    const rolePolicy = new aws.iam.RolePolicy(
      `${name}-flow-logs-policy`,
      {
        role: role.name,
        policy: policy([
          allow("WriteFlowLogs", ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"], [pulumi.interpolate`${logGroup.arn}:*`]),
        ]),
      },
      { parent: this },
    );
    new aws.ec2.FlowLog(`${name}-flow-log`, { vpcId, trafficType: "ALL", logDestination: logGroup.arn, iamRoleArn: role.arn }, { parent: this, dependsOn: rolePolicy });
  }
}
