import assert from "node:assert/strict";
import * as z from "zod";
import { SUBNETS_PER_ZONE } from "../../infra/settings.ts";
import { type Evaluated, evaluateProgram, JOB_PREFIXES, PROJECT_NAME } from "./mocks.ts";

const EGRESS = ["public", "endpoints", "nat"] as const;
type Egress = (typeof EGRESS)[number];

const variables = z.object({ variables: z.record(z.string(), z.string()) });
const policyStatements = z.object({ Statement: z.array(z.object({ Action: z.array(z.string()), Resource: z.union([z.string(), z.array(z.string())]) })) });
const ANYWHERE = ["0.0.0.0/0", "::/0"];

const all = ({ resources }: Evaluated, type: string) => resources.filter((resource) => resource.type === type);
const egressRules = (program: Evaluated) => all(program, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
const ingressRules = (program: Evaluated) => all(program, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
const endpoints = (program: Evaluated) => all(program, "aws:ec2/vpcEndpoint:VpcEndpoint");

/** What may pass each endpoint, by service: actions and what they are on. */
function passages(program: Evaluated): Record<string, string[]> {
  return Object.fromEntries(
    endpoints(program).map(({ inputs }) => {
      const { Statement } = policyStatements.parse(JSON.parse(String(inputs.policy)));
      return [String(inputs.serviceName).replace("com.amazonaws.eu-west-1.", ""), Statement.flatMap(({ Action, Resource }) => Action.map((action) => `${action} ${[Resource].flat().join()}`))];
    }),
  );
}

const EXPECTED: Readonly<Record<Egress, { subnets: string; natGateways: string; endpoints: string[]; out: string[] }>> = {
  public: { subnets: "subnet-public ENABLED", natGateways: "None", endpoints: [], out: ["0.0.0.0/0"] },
  endpoints: {
    subnets: "subnet-isolated DISABLED",
    natGateways: "None",
    endpoints: ["Gateway dynamodb", "Gateway s3", "Interface ecr.api", "Interface ecr.dkr", "Interface lambda", "Interface logs"],
    out: ["network-endpoints-access-id", "pl-network-gateways-dynamodb", "pl-network-gateways-s3"],
  },
  nat: {
    subnets: "subnet-private DISABLED",
    natGateways: "Single",
    endpoints: ["Gateway dynamodb", "Gateway s3"],
    out: ["0.0.0.0/0", "pl-network-gateways-dynamodb", "pl-network-gateways-s3"],
  },
};

for (const egress of EGRESS) {
  describe(`The network with egress ${egress}`, () => {
    const expected = EXPECTED[egress];
    let program: Evaluated;
    before(async () => {
      program = await evaluateProgram("dev", egress === "public" ? {} : { config: { [`${PROJECT_NAME}:egress`]: egress } });
    });

    it("runs tasks in subnets of its kind, and has as many subnets as the check of its size assumes", () => {
      const pollJob = all(program, "aws:lambda/function:Function").find(({ name }) => name === "poll-job");
      const { SUBNET_IDS, ASSIGN_PUBLIC_IP } = variables.parse(pollJob?.inputs.environment).variables;
      assert.equal(`${SUBNET_IDS ?? ""} ${ASSIGN_PUBLIC_IP ?? ""}`, expected.subnets);
      const [vpc] = all(program, "awsx:ec2:Vpc");
      assert.deepEqual(vpc?.inputs.natGateways, { strategy: expected.natGateways });
      assert.equal((vpc.inputs.subnetSpecs as unknown[]).length, SUBNETS_PER_ZONE[egress]);
    });

    it("has exactly the endpoints that tasks need", () => {
      const names = endpoints(program).map(({ inputs }) => `${String(inputs.vpcEndpointType)} ${String(inputs.serviceName).replace("com.amazonaws.eu-west-1.", "")}`);
      assert.deepEqual(names.sort(), expected.endpoints);
      for (const { name, inputs } of endpoints(program)) {
        const { privateDnsEnabled, subnetIds, securityGroupIds, routeTableIds } = inputs;
        assert.deepEqual(
          { privateDnsEnabled, subnetIds, securityGroupIds, routeTableIds },
          inputs.vpcEndpointType === "Interface"
            ? { privateDnsEnabled: true, subnetIds: ["subnet-isolated"], securityGroupIds: ["network-endpoints-access-id"], routeTableIds: undefined }
            : { privateDnsEnabled: undefined, subnetIds: undefined, securityGroupIds: undefined, routeTableIds: ["rtb-1"] },
          name,
        );
      }
    });

    it("lets tasks out by HTTPS only, and to nothing else than this", () => {
      const out = egressRules(program);
      assert.deepEqual(out.map(({ inputs }) => String(inputs.cidrIpv4 ?? inputs.prefixListId ?? inputs.referencedSecurityGroupId)).sort(), expected.out);
      for (const { name, inputs } of [...out, ...ingressRules(program)]) assert.deepEqual([inputs.ipProtocol, inputs.fromPort, inputs.toPort], ["tcp", 443, 443], name);
      assert.ok(out.every(({ inputs }) => inputs.securityGroupId === "network-tasks-id"));
    });

    it("lets nothing in but tasks to the endpoints, and leaves the VPC's default group empty", () => {
      const incoming = ingressRules(program).map(({ inputs }) => `${String(inputs.referencedSecurityGroupId)} > ${String(inputs.securityGroupId)}`);
      assert.deepEqual(incoming, egress === "endpoints" ? ["network-tasks-id > network-endpoints-access-id"] : []);
      for (const { name, inputs } of all(program, "aws:ec2/securityGroup:SecurityGroup")) assert.equal("ingress" in inputs || "egress" in inputs, false, name);
      assert.deepEqual(all(program, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").map(({ inputs }) => inputs), [{ vpcId: "vpc-1" }]);
    });

    it("records all of its traffic, in a log that ends", () => {
      const [flowLog] = all(program, "aws:ec2/flowLog:FlowLog");
      assert.deepEqual([flowLog?.inputs.vpcId, flowLog?.inputs.trafficType], ["vpc-1", "ALL"]);
      const group = all(program, "aws:cloudwatch/logGroup:LogGroup").find(({ name }) => name === "network-flow-logs");
      assert.equal(group?.inputs.retentionInDays, 7);
    });

    it("has no functions in it", () => {
      assert.deepEqual(all(program, "aws:lambda/function:Function").filter(({ inputs }) => "vpcConfig" in inputs), []);
    });
  });
}

describe("The isolated network", () => {
  let program: Evaluated;
  before(async () => {
    program = await evaluateProgram("prod");
  });

  it("is what prod and staging use", async () => {
    for (const stack of ["prod", "staging"] as const) assert.deepEqual(all(await evaluateProgram(stack), "awsx:ec2:Vpc")[0]?.inputs.subnetSpecs, [{ type: "Isolated" }]);
  });

  it("has no way to the internet: no public subnet, no gateway, no route, no rule that names it", () => {
    const types = program.resources.map(({ type }) => type);
    assert.deepEqual(types.filter((type) => /internetGateway|natGateway|route:Route|eip|egressOnly|vpcPeering|transitGateway/i.test(type)), []);
    assert.deepEqual(program.resources.filter(({ inputs }) => ANYWHERE.some((address) => JSON.stringify(inputs).includes(address))).map(({ name }) => name), []);
  });

  it("lets pass what the jobs do today, on its own resources, and nothing else", () => {
    const repositories = JOB_PREFIXES.map((name) => `arn:aws:ecr:eu-west-1:123456789012:repository/${name}-images`).join();
    const logs = JOB_PREFIXES.map((name) => `arn:aws:cloudwatch:eu-west-1:123456789012:${name}-logs-0a1b2c3:*`).join();
    const callbacks = `arn:aws:lambda:eu-west-1:123456789012:function:${PROJECT_NAME}-prod-callback-job:*`;
    const pull = ["ecr:GetAuthorizationToken *", ...["BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer"].map((action) => `ecr:${action} ${repositories}`)];
    assert.deepEqual(passages(program), {
      "ecr.api": pull,
      "ecr.dkr": pull,
      logs: ["CreateLogStream", "PutLogEvents"].map((action) => `logs:${action} ${logs}`),
      lambda: ["Failure", "Heartbeat", "Success"].map((outcome) => `lambda:SendDurableExecutionCallback${outcome} ${callbacks}`),
      s3: ["s3:GetObject arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"],
      dynamodb: ["dynamodb:UpdateItem arn:aws:dynamodb:eu-west-1:123456789012:jobs-0a1b2c3"],
    });
  });

  it("lets pass all that the roles of its tasks may do", () => {
    const roles = all(program, "aws:iam/rolePolicy:RolePolicy").filter(({ name }) => ["job-task-policy", "job-execution-policy", "totals-execution-policy"].includes(name));
    assert.equal(roles.length, 3);
    const allowed = roles.flatMap(({ inputs }) => policyStatements.parse(inputs.policy).Statement.flatMap(({ Action }) => Action));
    const passing = new Set(Object.values(passages(program)).flat().map((passage) => passage.split(" ")[0]));
    assert.deepEqual(allowed.filter((action) => !passing.has(action)), []);
  });
});
