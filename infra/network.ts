import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import type { EndpointUse } from "./endpoint-policies.ts";
import { recordTraffic } from "./flow-logs.ts";
import type { Place } from "./names.ts";
import type { Settings } from "./settings.ts";
import { GatewayEndpoints, InterfaceEndpoints } from "./vpc-endpoints.ts";

export interface NetworkArgs {
  readonly place: Place;
  /** `egress` (see {@link LAYOUTS}), `vpcCidr`, `availabilityZones`, `logRetentionDays`, `protect`. */
  readonly settings: Pick<Settings, "egress" | "vpcCidr" | "availabilityZones" | "logRetentionDays" | "protect">;
  /** What the endpoints let pass. */
  readonly use: EndpointUse;
}

interface Layout {
  readonly subnetSpecs: awsx.types.input.ec2.SubnetSpecArgs[];
  readonly natGateways: { strategy: awsx.ec2.NatGatewayStrategy };
  readonly taskSubnets: "publicSubnetIds" | "isolatedSubnetIds" | "privateSubnetIds";
  readonly assignPublicIp: "ENABLED" | "DISABLED";
  readonly endpoints: { readonly gateway: boolean; readonly interface: boolean };
  readonly internet: boolean;
}

/**
 * How tasks reach AWS, with what it costs by standing there (list prices of us-east-1, November 2026; eu-west-1 is a tenth
 * dearer).
 */
const LAYOUTS: Readonly<Record<Settings["egress"], Layout>> = {
  /** Nothing; 0.005 USD an hour for the public address of each running task. Nothing can connect to a task. */
  public: {
    subnetSpecs: [{ type: "Public" }],
    natGateways: { strategy: "None" },
    taskSubnets: "publicSubnetIds",
    assignPublicIp: "ENABLED",
    endpoints: { gateway: false, interface: false },
    internet: true,
  },
  /** 7.30 USD a month for each of the four interface endpoints in each zone: 58 USD with two zones, 88 USD with three; and 0.01 USD per GB. */
  endpoints: {
    subnetSpecs: [{ type: "Isolated" }],
    natGateways: { strategy: "None" },
    taskSubnets: "isolatedSubnetIds",
    assignPublicIp: "DISABLED",
    endpoints: { gateway: true, interface: true },
    internet: false,
  },
  /**
   * 37 USD a month for one gateway and its address, and 0.045 USD per GB; layers and records take the free gateway endpoints.
   * If the gateway's zone fails, tasks in other zones lose their way out.
   */
  nat: {
    subnetSpecs: [{ type: "Public" }, { type: "Private" }],
    natGateways: { strategy: "Single" },
    taskSubnets: "privateSubnetIds",
    assignPublicIp: "DISABLED",
    endpoints: { gateway: true, interface: false },
    internet: true,
  },
};

/**
 * The VPC that tasks run in. Nothing can connect to them from anywhere; they connect by HTTPS only (names are resolved by the
 * VPC's own resolver, which security groups don't govern). All traffic is in the flow logs.
 *
 * Functions are not in it, and need not be: they call nothing but AWS's public APIs, over TLS and with signed requests, and
 * nobody can connect to them but through Lambda. Inside they would need interface endpoints for ECS and the
 * Scheduler as well, wider policies on the others, and up to 45 minutes to be deleted.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly taskSubnetIds: pulumi.Output<string[]>;
  readonly taskSecurityGroupId: pulumi.Output<string>;
  readonly assignPublicIp: "ENABLED" | "DISABLED";

  constructor(name: string, { place, settings, use }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:Network", name, {}, opts);
    const layout = LAYOUTS[settings.egress];
    // Versions of functions that executions still run on name these: replacing them would fail those executions' next task.
    const lasting = { parent: this, protect: settings.protect };

    const vpc = new awsx.ec2.Vpc(
      name,
      {
        cidrBlock: settings.vpcCidr,
        numberOfAvailabilityZones: settings.availabilityZones,
        subnetStrategy: "Auto",
        subnetSpecs: layout.subnetSpecs,
        natGateways: layout.natGateways,
        // Interface endpoints answer to the services' own names only with it.
        enableDnsHostnames: true,
      },
      lasting,
    );
    // What AWS puts into every VPC, emptied of its rules: whatever forgets to name a security group can talk to no one.
    new aws.ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: vpc.vpcId }, { parent: this });
    const taskSecurityGroup = new aws.ec2.SecurityGroup(`${name}-tasks`, { vpcId: vpc.vpcId, description: "Tasks: HTTPS out, nothing in" }, lasting);
    const endpoints = { vpcId: vpc.vpcId, use, clientSecurityGroupId: taskSecurityGroup.id };
    if (layout.endpoints.gateway) {
      new GatewayEndpoints(`${name}-gateways`, { ...endpoints, routeTableIds: vpc.routeTables.apply((tables) => tables.map(({ id }) => id)) }, { parent: this });
    }
    if (layout.endpoints.interface) {
      new InterfaceEndpoints(`${name}-endpoints`, { ...endpoints, subnetIds: vpc[layout.taskSubnets] }, { parent: this });
    }
    if (layout.internet) {
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-https-out`,
        { securityGroupId: taskSecurityGroup.id, description: "HTTPS to anywhere", ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0" },
        { parent: this },
      );
    }
    recordTraffic(name, { place, vpcId: vpc.vpcId, retentionDays: settings.logRetentionDays, retain: settings.protect, parent: this });

    this.vpcId = vpc.vpcId;
    this.taskSubnetIds = vpc[layout.taskSubnets];
    this.taskSecurityGroupId = taskSecurityGroup.id;
    this.assignPublicIp = layout.assignPublicIp;
    this.registerOutputs({ vpcId: this.vpcId });
  }
}
