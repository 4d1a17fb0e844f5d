import { CloudWatchClient, type Dimension, GetMetricDataCommand, type MetricDataQuery, paginateDescribeAlarms, paginateListMetrics } from "@aws-sdk/client-cloudwatch";
import { setTimeout as sleep } from "node:timers/promises";
import type { AlarmSeries, Statistics } from "./judgements.ts";

export const cloudwatch = new CloudWatchClient({});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Lambda's metrics may come this late. */
const DEADLINE_MS = 15 * MINUTE_MS;
const EVERY_MS = 20_000;
/** A sum that has not changed for so many reads is complete. */
const SETTLED_READS = 6;

export interface Series {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface Watched {
  readonly statistics: Readonly<Record<string, Statistics>>;
  /** Epoch milliseconds at which each series had its first value above zero. */
  readonly firstSeen: Readonly<Record<string, number>>;
}

/** Reads series from a minute on until all have a value and no sum changes any more, or the time is over. */
export async function watchMetrics(series: Readonly<Record<string, Series>>, since: number, onProgress: (line: string) => void): Promise<Watched> {
  const names = Object.keys(series);
  const firstSeen: Record<string, number> = {};
  const deadline = Date.now() + DEADLINE_MS;
  let last = "";
  for (let unchanged = 0; ; ) {
    const statistics = await readStatistics(series, since);
    const seen = names.filter((name) => statistics[name]?.sum !== undefined);
    for (const name of names) if ((statistics[name]?.sum ?? 0) > 0) firstSeen[name] ??= Date.now();
    const now = JSON.stringify(statistics);
    unchanged = now === last ? unchanged + 1 : 0;
    last = now;
    if ((seen.length === names.length && unchanged >= SETTLED_READS) || Date.now() > deadline) return { statistics, firstSeen };
    onProgress(`Waiting for CloudWatch: ${seen.length} of ${names.length} metrics have a value, at most ${Math.ceil((deadline - Date.now()) / MINUTE_MS)} minutes more`);
    await sleep(EVERY_MS);
  }
}

async function readStatistics(series: Readonly<Record<string, Series>>, since: number): Promise<Record<string, Statistics>> {
  const StartTime = new Date(Math.floor(since / MINUTE_MS) * MINUTE_MS);
  const queries = Object.entries(series).flatMap(([name, { namespace: Namespace, metricName: MetricName, dimensions }]) =>
    (["Sum", "Maximum", "SampleCount"] as const).map((Stat): MetricDataQuery => ({ Id: `${name}_${Stat}`, MetricStat: { Metric: { Namespace, MetricName, Dimensions: toDimensions(dimensions) }, Period: 60, Stat } })),
  );
  const { MetricDataResults = [] } = await cloudwatch.send(new GetMetricDataCommand({ StartTime, EndTime: new Date(Date.now() + MINUTE_MS), MetricDataQueries: queries }));
  const values = (id: string) => MetricDataResults.find(({ Id }) => Id === id)?.Values ?? [];
  return Object.fromEntries(Object.keys(series).map((name) => [name, { sum: total(values(`${name}_Sum`)), maximum: highest(values(`${name}_Maximum`)), samples: total(values(`${name}_SampleCount`)) }]));
}

/** The sets of dimensions with which CloudWatch has a metric, as `Name=Value` in the order of names. */
export async function dimensionSets(namespace: string, metricName: string, filter: Readonly<Record<string, string>>): Promise<string[]> {
  const found: string[] = [];
  for await (const { Metrics = [] } of paginateListMetrics({ client: cloudwatch }, { Namespace: namespace, MetricName: metricName, Dimensions: toDimensions(filter) })) {
    for (const { Dimensions = [] } of Metrics) found.push(Dimensions.map(({ Name = "", Value = "" }) => `${Name}=${Value}`).sort().join(", ") || "none");
  }
  return found;
}

/** The highest value of a metric within three hours. */
export async function highestRecent({ namespace: Namespace, metricName: MetricName, dimensions }: Series): Promise<number | undefined> {
  const query: MetricDataQuery = { Id: "usage", MetricStat: { Metric: { Namespace, MetricName, Dimensions: toDimensions(dimensions) }, Period: 300, Stat: "Maximum" } };
  const { MetricDataResults = [] } = await cloudwatch.send(new GetMetricDataCommand({ StartTime: new Date(Date.now() - 3 * HOUR_MS), EndTime: new Date(Date.now() + MINUTE_MS), MetricDataQueries: [query] }));
  return highest(MetricDataResults.flatMap(({ Values = [] }) => Values));
}

/** What alarms on metric math compute, by their own queries. */
export async function alarmSeries(prefix: string): Promise<AlarmSeries[]> {
  const found: AlarmSeries[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client: cloudwatch }, { AlarmNamePrefix: prefix, AlarmTypes: ["MetricAlarm"] })) {
    for (const { AlarmName: name = "", StateValue: state = "", EvaluationState: evaluation, Metrics: MetricDataQueries = [] } of MetricAlarms) {
      const { MetricDataResults = [] } = await cloudwatch.send(new GetMetricDataCommand({ StartTime: new Date(Date.now() - HOUR_MS), EndTime: new Date(Date.now() + MINUTE_MS), MetricDataQueries, ScanBy: "TimestampAscending" }));
      found.push({ name, state, evaluation, values: MetricDataResults.flatMap(({ Values = [] }) => Values) });
    }
  }
  return found;
}

/** @returns the number of the stack's alarms that the caller may see */
export async function countAlarms(prefix: string): Promise<number> {
  let count = 0;
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client: cloudwatch }, { AlarmNamePrefix: prefix })) count += MetricAlarms.length;
  return count;
}

function toDimensions(dimensions: Readonly<Record<string, string>>): Dimension[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

function total(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

function highest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}
