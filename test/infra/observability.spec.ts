import assert from "node:assert/strict";
import * as z from "zod";
import { FUNCTION_NAMES } from "../../infra/names.ts";
import { ALARM_KINDS } from "../../infra/observability/alarms.ts";
import { PRICES, taskHourCost } from "../../infra/observability/cost.ts";
import { METRICS } from "../../infra/observability/metrics.ts";
import { type Evaluated, evaluateProgram, STACKS } from "./mocks.ts";

const alarmInputs = z.object({
  namespace: z.string().optional(),
  metricName: z.string().optional(),
  dimensions: z.record(z.string(), z.string()).optional(),
  metricQueries: z.array(z.object({ expression: z.string() })).optional(),
  threshold: z.number(),
  comparisonOperator: z.string(),
  treatMissingData: z.string(),
  alarmDescription: z.string(),
  alarmActions: z.array(z.string()),
});

const widget = z.object({ type: z.string(), x: z.number(), y: z.number(), width: z.number(), height: z.number(), properties: z.record(z.string(), z.unknown()) });
const lineOptions = z.object({ expression: z.string().optional(), id: z.string().optional(), label: z.string().optional() });
const lines = z.array(z.array(z.unknown()));

const dimensionsOf = (namespace: string, metric: string) => (METRICS as Record<string, Record<string, readonly string[]>>)[namespace]?.[metric];
const all = ({ resources }: Evaluated, type: string) => resources.filter((resource) => resource.type === type);
const alarmsOf = (program: Evaluated) => all(program, "aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name, inputs }) => ({ ...alarmInputs.parse(inputs), name, physicalName: inputs.name }));

for (const stack of STACKS) {
  describe(`The alarms of ${stack}`, () => {
    let program: Evaluated;
    before(async () => {
      program = await evaluateProgram(stack);
    });

    it("all go to the topic, say what they mean and where to read on, and are silent while nothing happens", () => {
      const alarms = alarmsOf(program);
      for (const { name, ...alarm } of alarms) {
        assert.equal(alarm.physicalName, `durable-workflows-${stack}-${name}`);
        assert.deepEqual(alarm.alarmActions, [program.outputs.alarmTopicArn], name);
        assert.equal(alarm.treatMissingData, "notBreaching", name);
        assert.equal(alarm.comparisonOperator, "GreaterThanThreshold", name);
        const kind = /^.{40,} What to do: docs\/operations\.md#([a-z-]+)$/.exec(alarm.alarmDescription)?.[1] ?? "";
        assert.ok(ALARM_KINDS.includes(kind) && name.endsWith(`-${kind}`), `${name}: ${alarm.alarmDescription}`);
      }
      assert.deepEqual(ALARM_KINDS.filter((kind) => !alarms.some(({ name }) => name.endsWith(`-${kind}`))), []);
    });

    it("name metrics and dimensions that exist", () => {
      for (const { name, namespace = "", metricName = "", dimensions = {}, metricQueries } of alarmsOf(program)) {
        if (metricQueries) assert.match(metricQueries[0]!.expression, /^SELECT MAX\(ResourceCount\) FROM SCHEMA\("AWS\/Usage", .*WHERE Service = 'Scheduler'/);
        else assert.deepEqual(Object.keys(dimensions), dimensionsOf(namespace, metricName), name);
      }
    });

    it("watch every durable function for failures, time-outs and its limits, and every function for throttling", () => {
      const names = new Set(alarmsOf(program).map(({ name }) => name));
      for (const name of FUNCTION_NAMES) {
        const durable = name === "task-watchdog" ? [] : ["execution-failed", "execution-timed-out", "operations-near-limit", "storage-near-limit"];
        for (const kind of [...durable, "throttled"]) assert.ok(names.has(`${name}-${kind}`), `${name}-${kind}`);
      }
      const threshold = (kind: string) => alarmsOf(program).find(({ name }) => name === `poll-job-${kind}`)?.threshold;
      assert.deepEqual([threshold("operations-near-limit"), threshold("storage-near-limit")], [2400, 80_000_000]);
    });

    it("watch every queue whose messages wait for a person, and both groups of schedules", () => {
      const watched = (kind: string, dimension: string) =>
        new Set(alarmsOf(program).flatMap(({ name, dimensions }) => (name.endsWith(`-${kind}`) ? [dimensions?.[dimension]] : [])));
      const queues = all(program, "aws:sqs/queue:Queue").filter(({ name }) => name !== "task-failures");
      assert.deepEqual(watched("dead-letters", "QueueName"), new Set(queues.map(({ name }) => `${name}-0a1b2c3`)));
      const groups = new Set(all(program, "aws:scheduler/scheduleGroup:ScheduleGroup").map(({ name }) => `${name}-0a1b2c3`));
      assert.deepEqual(watched("schedule-dropped", "ScheduleGroup"), groups);
      assert.deepEqual(watched("schedule-target-errors", "ScheduleGroup"), groups);
    });
  });

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
      assert.equal(alarms.length, alarmsOf(program).length);
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

  it("has a subscriber if the settings name one, and none otherwise", async () => {
    const subscriptions = (program: Evaluated) => all(program, "aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => [inputs.topic === program.outputs.alarmTopicArn, inputs.protocol, inputs.endpoint]);
    assert.deepEqual(subscriptions(await evaluateProgram("dev")), []);
    const program = await evaluateProgram("dev", { config: { "durable-workflows:alarmEmail": "on-call@example.com" } });
    assert.deepEqual(subscriptions(program), [[true, "email", "on-call@example.com"]]);
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
