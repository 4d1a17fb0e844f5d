import type * as aws from "@pulumi/aws";
import type { Series, Term } from "./alarm-subjects.ts";
import type { AlarmRule } from "./alarms.ts";
import { metricParts } from "./metrics.ts";

/** A hard limit of alarms on metric math (CloudWatch User Guide, "Alarm limits"). */
const MAX_METRICS = 10;
const DEFAULT_PERIOD_SECONDS = 300;

type Query = Pick<aws.cloudwatch.MetricAlarmArgs, "namespace" | "metricName" | "dimensions" | "statistic" | "period" | "metricQueries">;

/** Cuts what a kind of alarm watches into as few alarms as CloudWatch's limit allows. */
export function alarmChunks(terms: readonly Term[]): readonly (readonly Term[])[] {
  const perTerm = terms.some(({ minus }) => minus !== undefined) ? 2 : 1;
  const perAlarm = MAX_METRICS / perTerm;
  return Array.from({ length: Math.ceil(terms.length / perAlarm) }, (_, index) => terms.slice(index * perAlarm, (index + 1) * perAlarm));
}

/** What CloudWatch computes for one alarm: a metric, or an expression over several. */
export function alarmQuery(terms: readonly Term[], rule: AlarmRule): Query {
  const period = rule.periodSeconds ?? DEFAULT_PERIOD_SECONDS;
  const stat = rule.statistic;
  const [first, ...others] = terms;
  if (first === undefined) throw new Error("An alarm watches at least one metric");
  if (others.length === 0 && first.minus === undefined) {
    return { ...metricOf(first.plus), statistic: stat, period };
  }
  const plus = queries("p", terms.map((term) => term.plus));
  const minus = queries("m", terms.flatMap((term) => term.minus ?? []));
  return {
    metricQueries: [
      { id: "total", expression: expression(rule, plus.map(({ id }) => id), minus.map(({ id }) => id)), label: "total", returnData: true },
      ...[...plus, ...minus].map(({ id, series }) => ({ id, metric: { ...metricOf(series), stat, period }, returnData: false })),
    ],
  };
}

function expression({ statistic }: AlarmRule, plus: readonly string[], minus: readonly string[]): string {
  if (minus.length === 0) return `${statistic === "Sum" ? "SUM" : "MAX"}([${plus.join(", ")}])`;
  const sum = (ids: readonly string[]) => `SUM([${ids.map((id) => `FILL(${id}, 0)`).join(", ")}])`;
  // Running: what is counted late, or on the other side of a period's end, evens out in the periods that follow.
  return `RUNNING_SUM(${sum(plus)} - ${sum(minus)})`;
}

function queries(prefix: string, all: readonly Series[]): { readonly id: string; readonly series: Series }[] {
  return all.map((series, index) => ({ id: `${prefix}${index}`, series }));
}

function metricOf({ metric, values }: Series) {
  const { namespace, metricName, dimensions } = metricParts(metric);
  return { namespace, metricName, dimensions: Object.fromEntries(dimensions.map((name, index) => [name, values[index] ?? ""])) };
}
