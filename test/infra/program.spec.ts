import assert from "node:assert/strict";
import * as z from "zod";
import { readEnvironment } from "../../container/kit/environment.ts";
import sample from "../../container/sample/job.ts";
import { JOB_NAMES } from "../../functions/shared/declared-jobs.ts";
import { FUNCTION_NAMES, JOB_FUNCTIONS, WORKFLOWS } from "../../infra/workflows.ts";
import { compilePattern } from "../../local/events/pattern.ts";
import { EXECUTION_STATUSES, hasEnded } from "../../operator/execution-status.ts";
import { type Evaluated, evaluateProgram, PROJECT_FOLDER, PROJECT_NAME, type Registered, STACKS } from "./mocks.ts";

const variables = z.object({ variables: z.record(z.string(), z.string()) });
const DURABLE = FUNCTION_NAMES.filter((name) => WORKFLOWS[name].durable !== false);

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
      const orphans = program.urns.filter((urn) => !/::(durable-workflows:infra:\w+(\$|::)|pulumi:providers:aws::)/.test(urn));
      assert.deepEqual(orphans, []);
    });

    it("tags everything: by the default tags of its one provider, which nothing overrides", () => {
      const [provider, ...others] = program.resources.filter(({ type }) => type.startsWith("pulumi:providers:"));
      assert.deepEqual(JSON.parse(String(provider?.inputs.defaultTags)), { tags: { project: PROJECT_NAME, environment: stack } });
      assert.deepEqual(others, []);
      assert.deepEqual(program.resources.filter(({ type, inputs, provider: own }) => type.startsWith("aws:") && (own !== provider?.name || "tags" in inputs)).map(({ name }) => name), []);
    });

    it("ends every log, and gives every function and every job a log of its own", () => {
      const groups = all("aws:cloudwatch/logGroup:LogGroup");
      const expected = { dev: 7, staging: 30, prod: 365 }[stack];
      assert.equal(groups.length, FUNCTION_NAMES.length + JOB_NAMES.length + 1);
      assert.deepEqual(new Set(groups.map(({ inputs }) => inputs.retentionInDays)), new Set([expected]));
      for (const { inputs } of functions()) {
        assert.deepEqual(inputs.loggingConfig, { logFormat: "JSON", logGroup: `/aws/lambda/${String(inputs.name)}` });
      }
    });

    it("gives every function its fixed name, a dead-letter queue, traces, and a published version on arm64", () => {
      assert.deepEqual(functions().map(({ inputs }) => inputs.name).sort(), FUNCTION_NAMES.map((name) => `${PROJECT_NAME}-${stack}-${name}`).sort());
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

    it("makes every function durable that declares it, and lets callers wait for those that have nothing to do with tasks", () => {
      const durable = new Map(functions().flatMap(({ name, inputs }) => (inputs.durableConfig ? [[name, inputs.durableConfig as { executionTimeout: number; retentionPeriod: number }]] : [])));
      assert.deepEqual([...durable.keys()].sort(), [...DURABLE].sort());
      for (const [name, { executionTimeout, retentionPeriod }] of durable) {
        assert.equal(retentionPeriod, { dev: 7, staging: 14, prod: 90 }[stack]);
        // Three attempts of a day, with time to start and stop each task, and six hours for capacity.
        const job = 3 * (86_400 + 1800 + 300) + 5 * 900 + 21_600;
        const expected: Readonly<Record<string, number>> = { "poll-job": job, "callback-job": job, "dispatch-job": 21_600 + 300, report: 900, math: 900, "create-reminder": 900, reminder: 900 };
        assert.equal(executionTimeout, expected[name] ?? executionTimeout, name);
      }
    });

    it("encrypts every queue and keeps what is in it for two weeks", () => {
      const queues = all("aws:sqs/queue:Queue");
      assert.equal(queues.length, FUNCTION_NAMES.length + 5);
      for (const { name, inputs } of queues) assert.deepEqual(inputs, { messageRetentionSeconds: 1_209_600, sqsManagedSseEnabled: true }, name);
    });

    it("keeps what is in its tables encrypted, restorable and only as long as it is wanted", () => {
      const tables = all("aws:dynamodb/table:Table");
      assert.deepEqual(tables.map(({ name }) => name).sort(), ["jobs", "occurrences"]);
      for (const { name, inputs } of tables) {
        const { billingMode, ttl, pointInTimeRecovery, serverSideEncryption, deletionProtectionEnabled } = inputs;
        assert.deepEqual(
          { billingMode, ttl, pointInTimeRecovery, serverSideEncryption, deletionProtectionEnabled },
          {
            billingMode: "PAY_PER_REQUEST",
            ttl: { attributeName: "expiresAt", enabled: true },
            pointInTimeRecovery: { enabled: true },
            serverSideEncryption: { enabled: true },
            deletionProtectionEnabled: stack === "prod",
          },
          name,
        );
      }
    });

    it("scans images, drops old ones, and removes the repository with its images only where nothing is protected", () => {
      const [repository] = all("awsx:ecr:Repository");
      assert.deepEqual(repository?.inputs.imageScanningConfiguration, { scanOnPush: true });
      assert.ok(repository.inputs.lifecyclePolicy);
      assert.equal(repository.inputs.forceDelete, stack !== "prod");
    });

    it("runs the task on arm64 with a read-only file system, and the environment that the job wants", () => {
      const definition = all("aws:ecs/taskDefinition:TaskDefinition").find(({ name }) => name === "job");
      const [container] = JSON.parse(String(definition?.inputs.containerDefinitions)) as { readonlyRootFilesystem: boolean; environment: { name: string; value: string }[] }[];
      assert.deepEqual(definition?.inputs.runtimePlatform, { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" });
      assert.notEqual(definition.inputs.taskRoleArn, definition.inputs.executionRoleArn);
      assert.equal(container?.readonlyRootFilesystem, true);
      const ofDefinition = Object.fromEntries(container.environment.map(({ name, value }) => [name, value]));
      const ofRunTask = { JOB_INPUT: '{"message":"m","processingTime":0}', JOB_ATTEMPT: "1", JOB_TIME_LIMIT_SECONDS: "1", EXECUTION_ARN: "arn", REPORT_TO: "exit" };
      assert.doesNotThrow(() => readEnvironment({ ...ofDefinition, ...ofRunTask }, sample.input));
    });

    it("gives each job a repository, an image, a log, two roles and a task definition of the size that it declares", () => {
      const definition = all("aws:ecs/taskDefinition:TaskDefinition").find(({ name }) => name === "totals");
      const [container] = JSON.parse(String(definition?.inputs.containerDefinitions)) as { name: string; environment: unknown[] }[];
      assert.deepEqual([definition?.inputs.cpu, definition?.inputs.memory], ["512", "1024"]);
      // The task knows nothing of Lambda or DynamoDB.
      assert.deepEqual([container?.name, container?.environment], ["job", []]);
      assert.deepEqual(all("aws:iam/rolePolicy:RolePolicy").filter(({ name }) => name.startsWith("totals-")).map(({ name }) => name), ["totals-execution-policy"]);
      for (const type of ["awsx:ecr:Repository", "awsx:ecr:Image", "aws:ecs/taskDefinition:TaskDefinition"]) assert.equal(all(type).length, JOB_NAMES.length, type);
      const { totalsTaskDefinitionArn, totalsLogGroupName, taskDefinitionArn, jobLogGroupName } = program.outputs as Record<string, string>;
      assert.match(totalsTaskDefinitionArn!, new RegExp(`task-definition/${PROJECT_NAME}-${stack}-totals:`));
      assert.match(taskDefinitionArn!, new RegExp(`task-definition/${PROJECT_NAME}-${stack}-job:`));
      assert.match(`${totalsLogGroupName!} ${jobLogGroupName!}`, /^totals-logs\S* job-logs/);
    });

    it("gives every function the environment that its handler wants", async () => {
      for (const { name, inputs } of functions()) {
        const environment = inputs.environment === undefined ? {} : variables.parse(inputs.environment).variables;
        // Specs that the same process runs afterwards have set variables of the same names.
        const before = { ...process.env };
        Object.assign(process.env, environment);
        try {
          // Handlers read their environment when they are loaded, and refuse to load without it.
          const module = (await import(`${PROJECT_FOLDER}/.build/functions/${name}/index.mjs?stack=${stack}`)) as { handler?: unknown };
          assert.equal(typeof module.handler, "function", name);
        } finally {
          for (const variable of Object.keys(environment)) Reflect.deleteProperty(process.env, variable);
          Object.assign(process.env, before);
        }
      }
    });

    it("watches the tasks of its cluster and the executions of the job functions", () => {
      const rule = (name: string) => compilePattern(JSON.parse(String(all("aws:cloudwatch/eventRule:EventRule").find((each) => each.name === name)?.inputs.eventPattern)) as Record<string, unknown>);
      const taskChange = (detail: object) =>
        rule("watchdog-task-changed")({ source: "aws.ecs", "detail-type": "ECS Task State Change", detail: { clusterArn: program.outputs.clusterArn, ...detail } });
      assert.ok(taskChange({ lastStatus: "STOPPED", desiredStatus: "STOPPED" }));
      assert.ok(taskChange({ lastStatus: "RUNNING", desiredStatus: "RUNNING" }));
      assert.ok(!taskChange({ lastStatus: "RUNNING", desiredStatus: "STOPPED" }), "it is being stopped already");
      assert.ok(!taskChange({ lastStatus: "PENDING", desiredStatus: "RUNNING" }));
      assert.ok(!taskChange({ lastStatus: "STOPPED", clusterArn: "another" }));

      const functionArn = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${PROJECT_NAME}-${stack}-${name}`;
      const executionEnd = (name: string, status: string) =>
        rule("watchdog-execution-ended")({ source: "aws.lambda", "detail-type": "Durable Execution Status Change", detail: { functionArn: functionArn(name), status } });
      for (const name of JOB_FUNCTIONS) {
        for (const status of ["STOPPED", "TIMED_OUT", "FAILED"]) assert.ok(executionEnd(name, status) && executionEnd(`${name}:7`, status), `${name} ${status}`);
        for (const status of EXECUTION_STATUSES.filter((each) => !hasEnded(each))) assert.ok(!executionEnd(name, status), `${name} ${status}`);
        // The others' tasks have stopped, or outlive the execution by design.
        assert.equal(executionEnd(name, "SUCCEEDED"), name === "callback-job");
        assert.ok(!executionEnd(`${name}-2`, "STOPPED"), "a longer name is another function");
      }
      assert.ok(!executionEnd("math", "FAILED"));
      const targets = all("aws:cloudwatch/eventTarget:EventTarget").filter(({ name }) => name.startsWith("watchdog-"));
      assert.equal(targets.length, 2);
      for (const { inputs } of targets) {
        assert.equal(inputs.arn, program.outputs.taskWatchdogAliasArn);
        assert.match((inputs.deadLetterConfig as { arn: string }).arn, /watchdog-dead-letters/);
        assert.deepEqual(inputs.retryPolicy, { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 });
      }
    });

    it("exports flat strings for people and scripts, five of them for each function", () => {
      for (const [name, value] of Object.entries(program.outputs)) {
        assert.match(name, /^[a-z][A-Za-z0-9]+$/);
        assert.ok(typeof value === "string" && value !== "" && !value.includes("undefined"), `${name}: ${String(value)}`);
      }
      for (const name of FUNCTION_NAMES) {
        const prefix = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
        for (const suffix of ["AliasArn", "FunctionName", "Version", "LogGroupName", "DeadLetterQueueUrl"]) assert.ok(program.outputs[`${prefix}${suffix}`], `${prefix}${suffix}`);
      }
    });
  });
}
