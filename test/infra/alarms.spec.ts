import assert from "node:assert/strict";
import type { InvocationEndInfo } from "@aws/durable-execution-sdk-js";
import * as z from "zod";
import { metricLine } from "../../functions/shared/metric-lines.ts";
import { alarmChunks, alarmQuery } from "../../infra/observability/alarm-query.ts";
import type { Series, Term } from "../../infra/observability/alarm-subjects.ts";
import { ALARM_KINDS, type AlarmRule } from "../../infra/observability/alarms.ts";
import { FAILURE_CAUSES } from "../../infra/observability/failure-causes.ts";
import { METRICS } from "../../infra/observability/metrics.ts";
import { FUNCTION_NAMES, WORKFLOWS } from "../../infra/workflows.ts";
import { readMetrics } from "../functions/shared/embedded-metrics.ts";
import { type Evaluated, evaluateProgram, PROJECT_NAME, STACKS } from "./mocks.ts";

const metric = z.object({ namespace: z.string(), metricName: z.string(), dimensions: z.record(z.string(), z.string()) });
const alarmInputs = z.object({
  name: z.string(),
  ...metric.partial().shape,
  metricQueries: z.array(z.object({ id: z.string(), expression: z.string().optional(), metric: metric.optional(), returnData: z.boolean() })).optional(),
  threshold: z.number(),
  comparisonOperator: z.string(),
  treatMissingData: z.string(),
  alarmDescription: z.string(),
  alarmActions: z.array(z.string()),
});

interface Alarm extends Omit<z.output<typeof alarmInputs>, "name"> {
  readonly name: string;
  /** Metrics that it adds up or subtracts, as `namespace name {"Dimension":"value"}`. */
  readonly series: readonly string[];
}

const all = ({ resources }: Evaluated, type: string) => resources.filter((resource) => resource.type === type);
const seriesKey = ({ namespace, metricName, dimensions }: z.output<typeof metric>) => `${namespace} ${metricName} ${JSON.stringify(Object.fromEntries(Object.entries(dimensions).sort()))}`;

function alarmsOf(program: Evaluated): Alarm[] {
  return all(program, "aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name, inputs }) => {
    const alarm = alarmInputs.parse(inputs);
    const metrics = alarm.metricQueries?.flatMap((query) => query.metric ?? []) ?? [metric.parse(alarm)];
    return { ...alarm, name, series: metrics.map(seriesKey) };
  });
}

/** What the workflow of a function of the stack writes when an invocation ends. */
function lineOf(stack: string, end: { readonly failedWith?: string; readonly operations?: number }) {
  const operation = { id: "1", type: "WAIT", isReplay: false };
  const info: InvocationEndInfo = {
    requestId: "request",
    executionArn: "arn",
    executionInput: {},
    operations: Object.fromEntries(Array.from({ length: end.operations ?? 1 }, (_, index) => [String(index), operation])),
    status: end.failedWith === undefined ? "PENDING" : "FAILED",
    ...(end.failedWith !== undefined && { executionError: Object.assign(new Error("no"), { name: end.failedWith }) }),
  };
  return readMetrics(JSON.stringify(metricLine(info, { stack: `${PROJECT_NAME}-${stack}`, functionName: `${PROJECT_NAME}-${stack}-poll-job`, errorTypes: FAILURE_CAUSES }, new Date())));
}

for (const stack of STACKS) {
  describe(`The alarms of ${stack}`, () => {
    let program: Evaluated;
    let alarms: Alarm[];
    before(async () => {
      program = await evaluateProgram(stack);
      alarms = alarmsOf(program);
    });

    /** Names of the alarms that ring for what a line counts, the ones that wait for a difference left out. */
    const ringing = (line: ReturnType<typeof lineOf>) =>
      alarms
        .filter(({ threshold, series, metricQueries }) => !metricQueries?.some(({ id }) => id.startsWith("m")) && line.some((counted) => series.includes(seriesKey(counted)) && counted.value > threshold))
        .map(({ name }) => name);

    it("are as few as the limit of ten metrics for each allows", () => {
      const kinds = Map.groupBy(alarms, ({ name }) => name.replace(/-\d+$/, ""));
      for (const [kind, ofKind] of kinds) assert.equal(ofKind.length, Math.ceil(ofKind.flatMap(({ series }) => series).length / 10), kind);
    });

    it("go to the topic, say what they mean and where to read on, and are silent while nothing happens", () => {
      for (const { name, ...alarm } of alarms) {
        assert.deepEqual(alarm.alarmActions, [program.outputs.alarmTopicArn], name);
        assert.equal(alarm.treatMissingData, "notBreaching", name);
        assert.equal(alarm.comparisonOperator, "GreaterThanThreshold", name);
        assert.match(alarm.alarmDescription, new RegExp(`^.{40,} What to do: docs/operations\\.md#${name.replace(/-\d+$/, "")}$`));
      }
      assert.deepEqual(new Set(alarms.map(({ name }) => name.replace(/-\d+$/, ""))), new Set(ALARM_KINDS));
    });

    it("watch metrics by the dimensions that these have, each in one alarm only", () => {
      const names = alarms.flatMap(({ series }) => series);
      assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
      for (const name of names) {
        const [namespace = "", metricName = "", dimensions = ""] = name.split(" ");
        const known = (METRICS as Record<string, Record<string, readonly string[]>>)[namespace]?.[metricName];
        assert.deepEqual(Object.keys(JSON.parse(dimensions) as object), [...(known ?? ["none"])].sort(), name);
      }
    });

    it("ring once for each failure of a workflow, whatever its error, and not at all for what the caller has to resolve", () => {
      const errors = [...FAILURE_CAUSES, "AccessDeniedException", "NonDeterministicExecutionError"];
      const ofCallers = ["InvalidInput", ...FUNCTION_NAMES.flatMap((name) => Object.entries(WORKFLOWS[name].errors ?? {}).flatMap(([type, actsOn]) => (actsOn === "caller" ? [type] : [])))];
      assert.ok(ofCallers.includes("KeyInUse"));
      for (const failedWith of errors) assert.equal(ringing(lineOf(stack, { failedWith })).length, ofCallers.includes(failedWith) ? 0 : 1, failedWith);
      assert.deepEqual(ringing(lineOf(stack, {})), []);
      assert.deepEqual(ringing(lineOf("other", { failedWith: "JobFailed" })), []);
    });

    it("ring while an execution still has operations left, and not long before", () => {
      assert.deepEqual(ringing(lineOf(stack, { operations: 2401 })), ["operations-near-limit"]);
      assert.deepEqual(ringing(lineOf(stack, { operations: 2400 })), []);
    });

    it("watch every durable function by Lambda's own counts, for what its workflow cannot report", () => {
      const durable = all(program, "aws:lambda/function:Function").filter(({ inputs }) => inputs["durableConfig"] !== undefined);
      assert.ok(durable.length > 0);
      const watched = new Map(alarms.flatMap(({ name, series }) => series.map((key) => [key, name] as const)));
      for (const { inputs } of durable) {
        const kind = (namespace: string, metricName: string) => watched.get(seriesKey({ namespace, metricName, dimensions: { FunctionName: String(inputs["name"]) } }))?.replace(/-\d+$/, "");
        assert.equal(kind("AWS/Lambda", "Errors"), "invocation-errors");
        assert.equal(kind("AWS/Lambda", "DurableExecutionTimedOut"), "execution-timed-out");
        assert.equal(kind("AWS/Lambda", "DurableExecutionFailed"), "failed-unexplained");
        const reported = lineOf(stack, { failedWith: "JobFailed" }).find(({ dimensions }) => "FunctionName" in dimensions);
        assert.equal(kind(reported!.namespace, reported!.metricName), "failed-unexplained");
      }
      for (const { inputs } of all(program, "aws:lambda/function:Function")) {
        assert.equal(watched.get(seriesKey({ namespace: "AWS/Lambda", metricName: "Throttles", dimensions: { FunctionName: String(inputs["name"]) } })), "throttled");
      }
    });

    it("watch the queues of events that nothing else reports, and the groups of schedules", () => {
      const values = (kind: string) => new Set(alarms.filter(({ name }) => name === kind).flatMap(({ series }) => series.map((key) => Object.values(JSON.parse(key.split(" ")[2]!) as object)[0] as string)));
      assert.deepEqual(values("dead-letters"), new Set(["task-watchdog-dead-letters-0a1b2c3", "task-sweep-dead-letters-0a1b2c3", "watchdog-dead-letters-0a1b2c3"]));
      assert.deepEqual(values("schedule-dropped"), new Set(all(program, "aws:scheduler/scheduleGroup:ScheduleGroup").map(({ name }) => `${name}-0a1b2c3`)));
    });
  });
}

describe("An alarm over many functions", () => {
  const rule: AlarmRule = { statistic: "Sum", above: 0, means: "" };
  const series = (value: string): Series => ({ metric: "AWS/Lambda Errors", values: [value] });
  const terms = (count: number, subtract: boolean): Term[] =>
    Array.from({ length: count }, (_, index) => ({ plus: series(`plus-${index}`), ...(subtract && { minus: series(`minus-${index}`) }) }));

  for (const subtract of [false, true]) {
    it(`${subtract ? "that compares counts" : "that adds them up"} never has more metrics than CloudWatch allows, and leaves none out`, () => {
      for (let count = 1; count <= 40; count++) {
        const chunks = alarmChunks(terms(count, subtract));
        const metrics = chunks.map((chunk) => alarmQuery(chunk, rule).metricQueries);
        const sizes = metrics.map((queries) => (Array.isArray(queries) ? queries.filter((query) => "metric" in (query as object)).length : 1));
        assert.ok(Math.max(...sizes) <= 10, String(count));
        assert.equal(sizes.reduce((sum, size) => sum + size), count * (subtract ? 2 : 1));
      }
    });
  }

  it("has one expression that returns data, over every metric of the alarm", () => {
    const { metricQueries } = alarmQuery(terms(3, true), rule);
    const queries = z.array(z.object({ id: z.string(), expression: z.string().optional(), returnData: z.boolean() })).parse(metricQueries);
    const [total, ...others] = queries;
    assert.ok(total);
    assert.equal(total.returnData, true);
    assert.ok(others.every(({ id, returnData }) => !returnData && new RegExp(`\\b${id}\\b`).test(total.expression ?? "")));
  });
});
