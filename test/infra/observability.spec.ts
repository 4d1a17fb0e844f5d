import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import * as z from "zod";
import { PRICES, taskHourCost } from "../../infra/observability/cost.ts";
import { METRICS } from "../../infra/observability/metrics.ts";
import { type Evaluated, evaluateProgram, PROJECT_NAME, STACKS } from "./mocks.ts";

const widget = z.object({ type: z.string(), x: z.number(), y: z.number(), width: z.number(), height: z.number(), properties: z.record(z.string(), z.unknown()) });
const lineOptions = z.object({ expression: z.string().optional(), id: z.string().optional(), label: z.string().optional() });
const lines = z.array(z.array(z.unknown()));

const dimensionsOf = (namespace: string, metric: string) => (METRICS as Record<string, Record<string, readonly string[]>>)[namespace]?.[metric];
const all = ({ resources }: Evaluated, type: string) => resources.filter((resource) => resource.type === type);

for (const stack of STACKS) {
  describe(`The dashboard of ${stack}`, () => {
    let program: Evaluated;
    let widgets: z.output<typeof widget>[];
    before(async () => {
      program = await evaluateProgram(stack);
      const [dashboard] = all(program, "aws:cloudwatch/dashboard:Dashboard");
      widgets = z.object({ widgets: z.array(widget) }).parse(JSON.parse(String(dashboard?.inputs.dashboardBody))).widgets;
    });

    const allLines = () => widgets.filter(({ type }) => type === "metric").flatMap(({ properties }) => lines.parse(properties["metrics"]));

    it("draws only metrics that exist, each by a dimension that it has", () => {
      for (const line of allLines().filter(([first]) => typeof first === "string")) {
        const [namespace, metric, ...rest] = line.filter((part) => typeof part === "string");
        const dimensions = dimensionsOf(namespace!, metric!);
        assert.deepEqual(rest.filter((_, index) => index % 2 === 0), dimensions, line.join(" "));
        assert.ok(rest.every((part) => part !== "" && part !== "undefined"), line.join(" "));
      }
    });

    it("draws every metric there is", () => {
      const drawn = new Set(allLines().map(([namespace, metric]) => `${String(namespace)} ${String(metric)}`));
      const known = Object.entries(METRICS).flatMap(([namespace, metrics]) => Object.keys(metrics).map((metric) => `${namespace} ${metric}`));
      assert.deepEqual(known.filter((metric) => !drawn.has(metric)), []);
    });

    it("adds costs up from lines that are there, with prices that are more than nothing", () => {
      const options = allLines().map((line) => lineOptions.safeParse(line.at(-1)).data ?? {});
      const ids = options.flatMap(({ id }) => id ?? []);
      assert.equal(new Set(ids).size, ids.length);
      const expressions = options.flatMap(({ expression }) => expression ?? []);
      assert.equal(expressions.length, 5);
      for (const expression of expressions) {
        const [, prefix = "", price] = /^SUM\(METRICS\("([a-z]+)"\)\) \* (0\.\d{12})$/.exec(expression) ?? [];
        assert.ok(ids.some((id) => id.startsWith(prefix)), expression);
        assert.ok(Number(price) > 0, expression);
      }
    });

    it("shows every alarm, and has its widgets beside each other", () => {
      const alarms = widgets.find(({ type }) => type === "alarm")?.properties["alarms"] as string[];
      assert.equal(alarms.length, all(program, "aws:cloudwatch/metricAlarm:MetricAlarm").length);
      const places = widgets.map(({ x, y, width, height }) => `${x},${y} ${width}x${height}`);
      assert.equal(new Set(places).size, widgets.length);
      assert.ok(widgets.every(({ x, width }) => x + width <= 24));
    });
  });
}

describe("The alarms' topic", () => {
  it("is encrypted with a key that is rotated", async () => {
    const program = await evaluateProgram("dev");
    const [key] = all(program, "aws:kms/key:Key");
    assert.equal(key?.inputs.enableKeyRotation, true);
    assert.deepEqual(all(program, "aws:sns/topic:Topic").map(({ inputs }) => inputs.kmsMasterKeyId), [`arn:aws:kms:eu-west-1:123456789012:${key.name}-0a1b2c3`]);
  });

  const subscriptions = (program: Evaluated) => all(program, "aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => [inputs.topic === program.outputs.alarmTopicArn, inputs.protocol, inputs.endpoint]);

  it("has a subscriber if the settings name one", async () => {
    assert.deepEqual(subscriptions(await evaluateProgram("dev")), []);
    const program = await evaluateProgram("dev", { config: { [`${PROJECT_NAME}:alarmEmail`]: "on-call@example.com" } });
    assert.deepEqual(subscriptions(program), [[true, "email", "on-call@example.com"]]);
  });

  it("has none if the settings say none, and each evaluation warns of that", async () => {
    const warnings: string[] = [];
    const { warn } = pulumi.log;
    const log = pulumi.log as { warn: typeof warn };
    log.warn = (message) => Promise.resolve(void warnings.push(message));
    try {
      const program = await evaluateProgram("staging", { config: { [`${PROJECT_NAME}:alarmEmail`]: "none" } });
      assert.deepEqual(subscriptions(program), []);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /alarmEmail is none: nobody gets the alarms/);
    } finally {
      log.warn = warn;
    }
  });
});

describe("Failures of tasks", () => {
  it("are counted by rules that pass on nothing else, into a queue that keeps them", async () => {
    const program = await evaluateProgram("dev");
    const clusterArn = [program.outputs.clusterArn];
    const detail = (name: string) => (JSON.parse(String(all(program, "aws:cloudwatch/eventRule:EventRule").find((rule) => rule.name === name)?.inputs.eventPattern)) as { detail: unknown }).detail;
    assert.deepEqual(detail("task-failures-not-started"), { clusterArn, lastStatus: ["STOPPED"], stopCode: ["TaskFailedToStart"] });
    assert.deepEqual(detail("task-failures-failed"), { clusterArn, lastStatus: ["STOPPED"], containers: { exitCode: [{ "anything-but": [0] }] } });
    const targets = all(program, "aws:cloudwatch/eventTarget:EventTarget").filter(({ name }) => name.startsWith("task-failures-"));
    assert.deepEqual(targets.map(({ inputs }) => inputs.arn), ["arn:aws:sqs:eu-west-1:123456789012:task-failures-0a1b2c3", "arn:aws:sqs:eu-west-1:123456789012:task-failures-0a1b2c3"]);
  });
});

describe("The estimated cost of an hour of a task", () => {
  it("is that of its vCPU and its memory, and on Spot about 70 % less", () => {
    const size = { jobCpu: 512, jobMemory: 1024 } as const;
    const full = taskHourCost({ ...size, jobCapacityProvider: "FARGATE" });
    assert.equal(full, 0.5 * PRICES.fargateVcpuHour + PRICES.fargateGigabyteHour);
    assert.ok(Math.abs(taskHourCost({ ...size, jobCapacityProvider: "FARGATE_SPOT" }) / full - 0.3) < 1e-9);
  });
});
