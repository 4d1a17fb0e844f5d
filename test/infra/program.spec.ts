import assert from "node:assert/strict";
import * as z from "zod";
import { readEnvironment } from "../../container/environment.ts";
import { FUNCTION_NAMES } from "../../infra/names.ts";
import { SUBNETS_PER_ZONE } from "../../infra/settings.ts";
import { type Evaluated, evaluateProgram, PROJECT_FOLDER, type Registered, STACKS } from "./mocks.ts";

const variables = z.object({ variables: z.record(z.string(), z.string()) });
const DURABLE = FUNCTION_NAMES.filter((name) => name !== "task-watchdog");

for (const stack of STACKS) {
  describe(`The program for ${stack}`, () => {
    let program: Evaluated;
    before(async () => {
      program = await evaluateProgram(stack);
    });

    const all = (type: string): Registered[] => program.resources.filter((resource) => resource.type === type);
    const functions = () => all("aws:lambda/function:Function");

    it("gives every resource a URN of its own", () => {
      assert.equal(program.urns.length, program.resources.length);
    });

    it("places every resource under one of its components", () => {
      const orphans = program.urns.filter((urn) => !/::durable-workflows:infra:\w+(\$|::)/.test(urn));
      assert.deepEqual(orphans, []);
    });

    it("ends every log, and gives every function and the job a log of its own", () => {
      const groups = all("aws:cloudwatch/logGroup:LogGroup");
      const expected = { dev: 7, staging: 30, prod: 365 }[stack];
      assert.equal(groups.length, FUNCTION_NAMES.length + 2);
      assert.deepEqual(new Set(groups.map(({ inputs }) => inputs.retentionInDays)), new Set([expected]));
      for (const { inputs } of functions()) {
        assert.deepEqual(inputs.loggingConfig, { logFormat: "JSON", logGroup: `/aws/lambda/${String(inputs.name)}` });
      }
    });

    it("gives every function its fixed name, a dead-letter queue, traces, and a published version on arm64", () => {
      assert.deepEqual(functions().map(({ inputs }) => inputs.name).sort(), FUNCTION_NAMES.map((name) => `durable-workflows-${stack}-${name}`).sort());
      for (const { name, inputs } of functions()) {
        const { publish, architectures, runtime, tracingConfig, deadLetterConfig } = inputs;
        assert.deepEqual({ publish, architectures, runtime, tracingConfig }, { publish: true, architectures: ["arm64"], runtime: "nodejs24.x", tracingConfig: { mode: "Active" } });
        assert.match((deadLetterConfig as { targetArn: string }).targetArn, new RegExp(`${name}-dead-letters`));
      }
    });

    it("points an alias live at the published version of every function", () => {
      const aliases = all("aws:lambda/alias:Alias").map(({ inputs }) => `${String(inputs.functionName)} ${String(inputs.name)} ${String(inputs.functionVersion)}`);
      assert.deepEqual(aliases.sort(), functions().map(({ inputs }) => `${String(inputs.name)} live 1`).sort());
    });

    it("makes every function durable but the watchdog, and lets callers wait for those that end within 15 minutes", () => {
      const durable = new Map(functions().flatMap(({ name, inputs }) => (inputs.durableConfig ? [[name, inputs.durableConfig as { executionTimeout: number; retentionPeriod: number }]] : [])));
      assert.deepEqual([...durable.keys()].sort(), [...DURABLE].sort());
      for (const [name, { executionTimeout, retentionPeriod }] of durable) {
        assert.equal(retentionPeriod, { dev: 7, staging: 14, prod: 90 }[stack]);
        // Three attempts of a day, with time to start and stop each task.
        assert.equal(executionTimeout, name === "poll-job" || name === "callback-job" ? 3 * (86_400 + 1800) : 900, name);
      }
    });

    it("encrypts every queue and keeps what is in it for two weeks", () => {
      const queues = all("aws:sqs/queue:Queue");
      assert.equal(queues.length, FUNCTION_NAMES.length + 3);
      for (const { name, inputs } of queues) assert.deepEqual(inputs, { messageRetentionSeconds: 1_209_600, sqsManagedSseEnabled: true }, name);
    });

    it("keeps job records encrypted, restorable and only as long as they are wanted", () => {
      const [table, ...others] = all("aws:dynamodb/table:Table");
      assert.deepEqual(others, []);
      const { billingMode, ttl, pointInTimeRecovery, serverSideEncryption, deletionProtectionEnabled } = table!.inputs;
      assert.deepEqual(
        { billingMode, ttl, pointInTimeRecovery, serverSideEncryption, deletionProtectionEnabled },
        {
          billingMode: "PAY_PER_REQUEST",
          ttl: { attributeName: "expiresAt", enabled: true },
          pointInTimeRecovery: { enabled: true },
          serverSideEncryption: { enabled: true },
          deletionProtectionEnabled: stack === "prod",
        },
      );
    });

    it("lets nothing connect to a task, and tasks out by HTTPS only", () => {
      for (const { name, inputs } of all("aws:ec2/securityGroup:SecurityGroup")) {
        assert.equal("ingress" in inputs || "egress" in inputs, false, name);
      }
      const ingress = all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
      assert.deepEqual(ingress.filter(({ inputs }) => inputs.securityGroupId === "network-tasks-id" || inputs.referencedSecurityGroupId !== "network-tasks-id"), []);
      const egress = all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
      assert.ok(egress.length > 0);
      for (const { name, inputs } of [...ingress, ...egress]) assert.deepEqual([inputs.ipProtocol, inputs.fromPort, inputs.toPort], ["tcp", 443, 443], name);
    });

    it("records the network's traffic", () => {
      const [flowLog] = all("aws:ec2/flowLog:FlowLog");
      assert.deepEqual([flowLog?.inputs.vpcId, flowLog?.inputs.trafficType], ["vpc-1", "ALL"]);
    });

    it("scans images, drops old ones, and removes the repository with its images only where nothing is protected", () => {
      const [repository] = all("awsx:ecr:Repository");
      assert.deepEqual(repository?.inputs.imageScanningConfiguration, { scanOnPush: true });
      assert.ok(repository.inputs.lifecyclePolicy);
      assert.equal(repository.inputs.forceDelete, stack !== "prod");
    });

    it("runs the task on arm64 with a read-only file system, and the environment that the job wants", () => {
      const [definition] = all("aws:ecs/taskDefinition:TaskDefinition");
      const [container] = JSON.parse(String(definition?.inputs.containerDefinitions)) as { readonlyRootFilesystem: boolean; environment: { name: string; value: string }[] }[];
      assert.deepEqual(definition?.inputs.runtimePlatform, { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" });
      assert.notEqual(definition.inputs.taskRoleArn, definition.inputs.executionRoleArn);
      assert.equal(container?.readonlyRootFilesystem, true);
      const ofDefinition = Object.fromEntries(container.environment.map(({ name, value }) => [name, value]));
      const ofRunTask = { JOB_INPUT: '{"message":"m","processingTime":0}', JOB_ATTEMPT: "1", JOB_TIME_LIMIT_SECONDS: "1", EXECUTION_ARN: "arn", REPORT_TO: "exit" };
      assert.doesNotThrow(() => readEnvironment({ ...ofDefinition, ...ofRunTask }));
    });

    it("gives every function the environment that its handler wants", async () => {
      for (const { name, inputs } of functions()) {
        const environment = inputs.environment === undefined ? {} : variables.parse(inputs.environment).variables;
        Object.assign(process.env, environment);
        try {
          // Handlers read their environment when they are loaded, and refuse to load without it.
          const module = (await import(`${PROJECT_FOLDER}/.build/functions/${name}/index.mjs?stack=${stack}`)) as { handler?: unknown };
          assert.equal(typeof module.handler, "function", name);
        } finally {
          for (const variable of Object.keys(environment)) Reflect.deleteProperty(process.env, variable);
        }
      }
    });

    it("watches the tasks of its cluster and the executions of the job functions", () => {
      const [first, second] = all("aws:cloudwatch/eventRule:EventRule").map(({ inputs }) => JSON.parse(String(inputs.eventPattern)) as Record<string, unknown>);
      const functionArn = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:durable-workflows-${stack}-${name}`;
      assert.deepEqual(first, { source: ["aws.ecs"], "detail-type": ["ECS Task State Change"], detail: { clusterArn: [program.outputs.clusterArn], lastStatus: ["RUNNING", "STOPPED"] } });
      assert.deepEqual(second, {
        source: ["aws.lambda"],
        "detail-type": ["Durable Execution Status Change"],
        detail: {
          functionArn: ["poll-job", "dispatch-job", "callback-job"].flatMap((name) => [functionArn(name), { prefix: `${functionArn(name)}:` }]),
          status: ["STOPPED", "TIMED_OUT", "FAILED"],
        },
      });
      for (const { inputs } of all("aws:cloudwatch/eventTarget:EventTarget")) {
        assert.equal(inputs.arn, program.outputs.taskWatchdogAliasArn);
        assert.match((inputs.deadLetterConfig as { arn: string }).arn, /watchdog-dead-letters/);
        assert.deepEqual(inputs.retryPolicy, { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 });
      }
    });

    it("exports flat strings for people and scripts, five of them for each function", () => {
      for (const [name, value] of Object.entries(program.outputs)) {
        assert.match(name, /^[a-z][A-Za-z]+$/);
        assert.ok(typeof value === "string" && value !== "" && !value.includes("undefined"), `${name}: ${String(value)}`);
      }
      for (const name of FUNCTION_NAMES) {
        const prefix = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
        for (const suffix of ["AliasArn", "FunctionName", "Version", "LogGroupName", "DeadLetterQueueUrl"]) assert.ok(program.outputs[`${prefix}${suffix}`], `${prefix}${suffix}`);
      }
    });
  });
}

describe("The network", () => {
  const NAT = { config: { "durable-workflows:egress": "nat" } };
  const subnetsOf = ({ resources }: Evaluated) => {
    const pollJob = resources.find(({ type, name }) => type === "aws:lambda/function:Function" && name === "poll-job");
    const { SUBNET_IDS, ASSIGN_PUBLIC_IP } = variables.parse(pollJob?.inputs.environment).variables;
    return `${SUBNET_IDS ?? ""} ${ASSIGN_PUBLIC_IP ?? ""}`;
  };
  const vpcOf = ({ resources }: Evaluated) => resources.find(({ type }) => type === "awsx:ec2:Vpc")?.inputs;
  const outTo = ({ resources }: Evaluated) =>
    resources.flatMap(({ type, inputs }) => (type === "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule" ? [String(inputs.cidrIpv4 ?? inputs.prefixListId ?? inputs.referencedSecurityGroupId)] : []));

  it("has public subnets and no NAT gateway in dev", async () => {
    const program = await evaluateProgram("dev");
    assert.equal(subnetsOf(program), "subnet-public ENABLED");
    assert.deepEqual(vpcOf(program)?.natGateways, { strategy: "None" });
    assert.deepEqual(outTo(program), ["0.0.0.0/0"]);
  });

  it("has no way to the internet in prod, only endpoints for what tasks call", async () => {
    const program = await evaluateProgram("prod");
    assert.equal(subnetsOf(program), "subnet-isolated DISABLED");
    assert.deepEqual(vpcOf(program)?.subnetSpecs, [{ type: "Isolated" }]);
    assert.deepEqual(vpcOf(program)?.natGateways, { strategy: "None" });
    assert.deepEqual(outTo(program).sort(), ["network-endpoints-access-id", "pl-network-endpoints-dynamodb", "pl-network-endpoints-s3"]);
    const endpoints = program.resources.filter(({ type }) => type === "aws:ec2/vpcEndpoint:VpcEndpoint");
    const reached = endpoints.map(({ inputs }) => `${String(inputs.serviceName)} ${JSON.stringify(inputs.routeTableIds ?? inputs.subnetIds)} ${inputs.privateDnsEnabled === true ? "private" : "public"}`);
    assert.deepEqual(reached.sort(), [
      'com.amazonaws.eu-west-1.dynamodb ["rtb-1"] public',
      'com.amazonaws.eu-west-1.ecr.api ["subnet-isolated"] private',
      'com.amazonaws.eu-west-1.ecr.dkr ["subnet-isolated"] private',
      'com.amazonaws.eu-west-1.lambda ["subnet-isolated"] private',
      'com.amazonaws.eu-west-1.logs ["subnet-isolated"] private',
      'com.amazonaws.eu-west-1.s3 ["rtb-1"] public',
    ]);
  });

  it("is laid out as the check of its size assumes", async () => {
    const programs = { public: await evaluateProgram("dev"), endpoints: await evaluateProgram("prod"), nat: await evaluateProgram("dev", NAT) };
    for (const egress of ["public", "endpoints", "nat"] as const) {
      assert.equal((vpcOf(programs[egress])?.subnetSpecs as unknown[]).length, SUBNETS_PER_ZONE[egress], egress);
    }
  });

  it("has private subnets behind one NAT gateway on demand", async () => {
    const program = await evaluateProgram("dev", NAT);
    assert.equal(subnetsOf(program), "subnet-private DISABLED");
    assert.deepEqual(vpcOf(program)?.natGateways, { strategy: "Single" });
  });
});
