import assert from "node:assert/strict";
import { evaluateProgram, type Registered, STACKS } from "../infra/mocks.ts";
import { evaluateBootstrap } from "./evaluate.ts";
import { managedPolicies, policiesOf } from "./policies.ts";

/** What a deployment needs to create a resource of each type: without these its first deployment would stop in the middle. */
const CREATED_BY: Readonly<Record<string, readonly string[]>> = {
  "aws:cloudwatch/dashboard:Dashboard": ["cloudwatch:PutDashboard"],
  "aws:cloudwatch/eventRule:EventRule": ["events:PutRule", "events:TagResource"],
  "aws:cloudwatch/eventTarget:EventTarget": ["events:PutTargets"],
  "aws:cloudwatch/logGroup:LogGroup": ["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"],
  "aws:dynamodb/table:Table": ["dynamodb:CreateTable", "dynamodb:UpdateTimeToLive", "dynamodb:UpdateContinuousBackups", "dynamodb:TagResource"],
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ["ec2:CreateTags", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
  "aws:ec2/flowLog:FlowLog": ["ec2:CreateFlowLogs", "ec2:CreateTags", "iam:PassRole"],
  "aws:ec2/securityGroup:SecurityGroup": ["ec2:CreateSecurityGroup", "ec2:RevokeSecurityGroupEgress"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["ec2:CreateVpcEndpoint"],
  "aws:ecs/cluster:Cluster": ["ecs:CreateCluster", "ecs:TagResource"],
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": ["ecs:PutClusterCapacityProviders"],
  "aws:ecs/taskDefinition:TaskDefinition": ["ecs:RegisterTaskDefinition", "iam:PassRole"],
  "aws:iam/role:Role": ["iam:CreateRole", "iam:TagRole"],
  "aws:iam/rolePolicy:RolePolicy": ["iam:PutRolePolicy"],
  "aws:kms/key:Key": ["kms:CreateKey", "kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:TagResource"],
  "aws:lambda/alias:Alias": ["lambda:CreateAlias"],
  "aws:lambda/function:Function": ["lambda:CreateFunction", "lambda:PublishVersion", "lambda:TagResource", "iam:PassRole"],
  "aws:lambda/permission:Permission": ["lambda:AddPermission"],
  "aws:scheduler/schedule:Schedule": ["scheduler:CreateSchedule", "iam:PassRole"],
  "aws:scheduler/scheduleGroup:ScheduleGroup": ["scheduler:CreateScheduleGroup", "scheduler:TagResource"],
  "aws:sns/topic:Topic": ["sns:CreateTopic", "sns:TagResource"],
  "aws:sns/topicPolicy:TopicPolicy": ["sns:SetTopicAttributes"],
  "aws:sns/topicSubscription:TopicSubscription": ["sns:Subscribe"],
  "aws:sqs/queue:Queue": ["sqs:CreateQueue", "sqs:TagQueue"],
  "aws:sqs/queuePolicy:QueuePolicy": ["sqs:SetQueueAttributes"],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ["ec2:AuthorizeSecurityGroupEgress"],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ["ec2:AuthorizeSecurityGroupIngress"],
  "awsx:ec2:Vpc": ["ec2:CreateVpc", "ec2:CreateSubnet", "ec2:CreateRouteTable", "ec2:CreateInternetGateway", "ec2:CreateNatGateway", "ec2:AllocateAddress", "ec2:AssociateRouteTable"],
  "awsx:ecr:Image": ["ecr:GetAuthorizationToken", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"],
  "awsx:ecr:Repository": ["ecr:CreateRepository", "ecr:PutLifecyclePolicy"],
};

const isIdentityPolicy = ({ type }: Registered) => type === "aws:iam/rolePolicy:RolePolicy";

for (const stack of STACKS) {
  describe(`The main program's ${stack}, deployed by CI`, () => {
    let resources: readonly Registered[];
    let deploy: ReadonlySet<string>;
    let boundary: ReadonlySet<string>;
    before(async function () {
      // Evaluates two programs; the first evaluation of a run imports the providers.
      this.timeout(60_000);
      const bootstrap = await evaluateBootstrap();
      const actions = (policies: ReturnType<typeof managedPolicies>) => new Set(policies.flatMap(({ document }) => document.Statement.flatMap(({ Action }) => Action)));
      deploy = actions(policiesOf(bootstrap, `deploy-${stack}`));
      boundary = actions(managedPolicies(bootstrap).filter(({ name }) => name === `${stack}-boundary`));
      ({ resources } = await evaluateProgram(stack));
    });

    it("can be created: every type of resource is known here, and its actions are in the role", () => {
      const types = new Set(resources.map(({ type }) => type).filter((type) => !type.startsWith("durable-workflows:") && !type.startsWith("pulumi:")));
      const missing = [...types].flatMap((type) => CREATED_BY[type]?.filter((action) => !deploy.has(action)).map((action) => `${type} needs ${action}`) ?? [`${type}: say here what creating it needs, and allow it in bootstrap/policies`]);
      assert.deepEqual(missing, []);
    });

    it("works within the boundary: no role of the program needs an action that the boundary lacks", () => {
      const policies = resources.filter(isIdentityPolicy).map(({ name, inputs }) => ({ name, document: inputs.policy as { Statement: { Action: string | string[] }[] } }));
      assert.ok(policies.length > 8);
      const missing = policies.flatMap(({ name, document }) => document.Statement.flatMap(({ Action }) => [Action].flat()).filter((action) => !boundary.has(action)).map((action) => `${name}: ${action}`));
      assert.deepEqual(missing, []);
    });
  });
}
