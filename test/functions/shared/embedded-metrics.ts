import * as z from "zod";

/** One value that CloudWatch would extract from a log line. */
export interface CountedMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

/** CloudWatch User Guide, "Specification: Embedded metric format": members and their bounds. */
const document = z.looseObject({
  _aws: z.object({
    Timestamp: z.number().int(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string().min(1).max(1024),
        Dimensions: z.array(z.array(z.string().min(1).max(250)).max(30)).min(1),
        Metrics: z.array(z.object({ Name: z.string().min(1).max(1024), Unit: z.literal("Count") })).max(100),
      }),
    ),
  }),
});

/** Reads a log line as CloudWatch Logs does: a value for each metric and set of dimensions. @throws ZodError when it is no such line */
export function readMetrics(line: string): CountedMetric[] {
  const parsed = document.parse(JSON.parse(line));
  return parsed._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, z.string().min(1).max(1024).parse(parsed[name])]));
      return Metrics.map(({ Name: metricName }) => ({ namespace, metricName, dimensions, value: z.number().parse(parsed[metricName]) }));
    }),
  );
}
