import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import * as z from "zod";
import { rounded, type Section } from "../report/section.ts";
import type { BenchStack } from "../stack/bench-stack.ts";

const reportLine = z.object({
  type: z.literal("platform.report"),
  record: z.object({ metrics: z.object({ durationMs: z.number(), initDurationMs: z.number().optional() }) }),
});

/** Size of each function's code, and how long its first environment took to start and to answer: of runs that went before. */
export async function functionsSection(stack: BenchStack, projectFolder: string): Promise<Section> {
  const { endpoint, region, credentials, outputs } = stack.ready;
  const logs = new CloudWatchLogsClient({ endpoint, region, credentials });
  const folder = join(projectFolder, ".build", "functions");
  const rows = [];
  for (const name of (await readdir(folder)).sort()) {
    const code = await readFile(join(folder, name, "index.mjs"));
    const output = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const first = await firstReport(logs, String(outputs[`${output}LogGroupName`]));
    rows.push([
      name,
      rounded(code.length / 1024),
      rounded(deflateRawSync(code, { level: 9 }).length / 1024),
      first === undefined ? "-" : rounded(first.initDurationMs ?? 0),
      first === undefined ? "-" : rounded(first.durationMs),
    ]);
  }
  logs.destroy();
  return {
    title: "Functions",
    columns: ["function", "bundle KiB", "zipped KiB", "start and import ms", "first invocation ms"],
    rows,
    notes: ["Start and import: from the start of the process to its first request for work; several started at the same time on this machine."],
    checks: [],
  };
}

/** The report of the first invocation in an environment, from the function's log. */
async function firstReport(client: CloudWatchLogsClient, logGroupName: string) {
  for await (const page of paginateFilterLogEvents({ client }, { logGroupName })) {
    for (const { message = "" } of page.events ?? []) {
      const parsed = reportLine.safeParse(parseJson(message));
      if (parsed.success && parsed.data.record.metrics.initDurationMs !== undefined) return parsed.data.record.metrics;
    }
  }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
