import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, policy, trust } from "./iam.ts";
import { arn, type Place } from "./names.ts";

interface FlowLogArgs {
  readonly place: Place;
  readonly vpcId: pulumi.Input<string>;
  /** One of CloudWatch's values. */
  readonly retentionDays: number;
  /** Keeps what was recorded when the network goes. */
  readonly retain: boolean;
  readonly parent: pulumi.Resource;
}

/** Records who talked to whom in a VPC, accepted or not. Costs 0.50 USD per GB taken in and 0.03 USD per GB and month (November 2026). */
export function recordTraffic(name: string, { place, vpcId, retentionDays, retain, parent }: FlowLogArgs): void {
  const logGroup = new aws.cloudwatch.LogGroup(`${name}-flow-logs`, { retentionInDays: retentionDays }, { parent, retainOnDelete: retain });
  const role = new aws.iam.Role(`${name}-flow-logs-role`, { assumeRolePolicy: trust("vpc-flow-logs.amazonaws.com", place, arn(place, "ec2", "vpc-flow-log/*")) }, { parent });
  const rolePolicy = new aws.iam.RolePolicy(
    `${name}-flow-logs-policy`,
    {
      role: role.name,
      policy: policy([
        allow("WriteFlowLogs", ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"], [pulumi.interpolate`${logGroup.arn}:*`]),
      ]),
    },
    { parent },
  );
  new aws.ec2.FlowLog(`${name}-flow-log`, { vpcId, trafficType: "ALL", logDestination: logGroup.arn, iamRoleArn: role.arn }, { parent, dependsOn: rolePolicy });
}
