import { LambdaClient } from "@aws-sdk/client-lambda";
import { costOf, meter, type Usage } from "../costs/meter.ts";
import { fixedPolls, safetyNetPolls } from "../costs/polling.ts";
import { rounded, type Section } from "../report/section.ts";
import type { BenchStack } from "../stack/bench-stack.ts";
import { runExecution } from "../stack/executions.ts";

const RUNS = 1_000;
/** MiB of the program's functions. */
const MEMORY_GIGABYTES = 256 / 1024;
const FIXED_INTERVAL_SECONDS = 10;
const LIMIT_OPERATIONS = 3_000;
/** The defaults of Pulumi.yaml. */
const TIME_LIMIT_SECONDS = 86_400;
const ATTEMPTS = 3;
const CAPACITY_WAIT_SECONDS = 21_600;

const JOB = { message: "hello", processingTime: 1 };
const WORKFLOWS: readonly { readonly name: string; readonly output: string; readonly input: () => unknown }[] = [
  { name: "report", output: "report", input: () => ({}) },
  { name: "poll-job, job of 1 s", output: "pollJob", input: () => JOB },
  { name: "callback-job, job of 1 s", output: "callbackJob", input: () => JOB },
  { name: "dispatch-job, job of 1 s", output: "dispatchJob", input: () => JOB },
  { name: "math", output: "math", input: () => ({ num1: 10, num2: 5 }) },
  {
    name: "create-reminder",
    output: "createReminder",
    input: () => ({ key: `bench-${Date.now()}`, at: new Date(Date.now() + 3_600_000).toISOString().slice(0, 19), payload: { from: "bench" } }),
  },
  { name: "reminder", output: "reminder", input: () => ({ key: "bench", payload: {}, scheduledTime: new Date().toISOString(), scheduleArn: "arn:bench", executionId: "bench" }) },
];

/** What each of the program's workflows is billed for, read off the history of one run. */
export async function workflowsSection(stack: BenchStack): Promise<Section> {
  const { endpoint, region, credentials, outputs } = stack.ready;
  const lambda = new LambdaClient({ endpoint, region, credentials });
  const usages = await Promise.all(
    WORKFLOWS.map(async ({ output, input }) => meter(await runExecution(lambda, String(outputs[`${output}AliasArn`]), input()))),
  );
  lambda.destroy();
  return {
    title: `What ${RUNS} runs of each workflow cost at list prices`,
    columns: ["workflow", "operations", "invocations", "bytes written", "compute s", `USD for ${RUNS}`],
    rows: WORKFLOWS.map(({ name }, index) => row(name, usages[index] as Usage)),
    notes: [
      "One run of each on the local stack. Durable operations and data, invocations and their duration on this machine; tasks, records and schedules not included.",
    ],
    checks: [],
  };
}

/** The polls of a job whose end is reported by an event, beside a poll every 10 seconds. */
export function pollingSection(): Section {
  const jobs = [
    { name: "1 minute", seconds: 60 },
    { name: "1 hour", seconds: 3_600 },
    { name: "24 hours", seconds: 86_400 },
  ];
  const cost = (polls: number) => costOf({ operations: polls, invocations: polls, bytesWritten: 0, computeSeconds: 0 }, RUNS, MEMORY_GIGABYTES);
  const rows = jobs.map(({ name, seconds }) => {
    const growing = safetyNetPolls(seconds, TIME_LIMIT_SECONDS, ATTEMPTS, CAPACITY_WAIT_SECONDS);
    const fixed = fixedPolls(FIXED_INTERVAL_SECONDS, seconds);
    const possible = fixed.polls < LIMIT_OPERATIONS;
    return [
      name,
      growing.polls,
      `${growing.longestDelay} s`,
      usd(cost(growing.polls)),
      possible ? fixed.polls : `${fixed.polls} (over the limit of ${LIMIT_OPERATIONS})`,
      `${fixed.longestDelay} s`,
      usd(cost(fixed.polls)),
    ];
  });
  return {
    title: `What polling adds to ${RUNS} jobs: the program's polls for a lost event beside a poll every ${FIXED_INTERVAL_SECONDS} seconds`,
    columns: ["job", "polls", "seen after at most, without the event", "USD", "fixed: polls", "seen after at most", "USD"],
    rows,
    notes: ["Polls as durable operations and invocations; the poll's compute is left out on both sides. callback-job needs none."],
    checks: [],
  };
}

function row(name: string, usage: Usage): (string | number)[] {
  const { operations, invocations, bytesWritten, computeSeconds } = usage;
  return [name, operations, invocations, bytesWritten, rounded(computeSeconds), usd(costOf(usage, RUNS, MEMORY_GIGABYTES))];
}

function usd(amount: number): string {
  return amount.toFixed(4);
}
