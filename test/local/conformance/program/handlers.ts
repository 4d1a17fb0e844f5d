import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type DurableContext, retryPresets, StepSemantics, withDurableExecution } from "@aws/durable-execution-sdk-js";

interface Input {
  readonly case: keyof typeof CASES;
  /** A file whose absence means that a process has yet to die, or is to wait. */
  readonly marker?: string;
}

const twice = { retryStrategy: (_error: Error, attempt: number) => ({ shouldRetry: attempt < 2, delay: { seconds: 7 } }) };

/** The first process ends here, once the test has seen on record what it has begun. */
async function crashOnce(marker = ""): Promise<string> {
  if (existsSync(marker)) return "recovered";
  writeFileSync(marker, "");
  while (!existsSync(`${marker}-recorded`)) await sleep(20);
  process.exit(1);
}

/** Runs until the test makes the file. */
async function hold(marker = ""): Promise<string> {
  while (!existsSync(marker)) await sleep(20);
  return "held";
}

const CASES = {
  step: (context: DurableContext) => context.step("add", async () => 2),
  retry: (context: DurableContext) =>
    context.step(
      "flaky",
      async (step) => {
        if (step.attempt === 1) throw new TypeError("not yet");
        return "ok";
      },
      twice,
    ),
  exhausted: (context: DurableContext) => context.step("hopeless", async () => Promise.reject(new TypeError("no")), twice),
  atMostOnce: (context: DurableContext, { marker }: Input) =>
    context.step("once", () => crashOnce(marker), { semantics: StepSemantics.AtMostOncePerRetry, retryStrategy: retryPresets.noRetry }),
  atLeastOnce: (context: DurableContext, { marker }: Input) => context.runInChildContext("child", async (child) => child.step("again", () => crashOnce(marker))),
  wait: (context: DurableContext) => context.wait("pause", { seconds: 2 }),
  callback: async (context: DurableContext) => (await context.createCallback("approval", { timeout: { minutes: 10 } }))[0],
  callbackTimeout: async (context: DurableContext) => (await context.createCallback("approval", { timeout: { seconds: 5 } }))[0],
  callbackSilence: async (context: DurableContext) => (await context.createCallback("approval", { heartbeatTimeout: { seconds: 5 } }))[0],
  condition: (context: DurableContext) =>
    context.waitForCondition("count", async (count: number) => count + 1, {
      initialState: 0,
      waitStrategy: (count) => (count < 3 ? { shouldContinue: true, delay: { seconds: 2 } } : { shouldContinue: false }),
    }),
  chainedDurable: (context: DurableContext) => context.invoke("call", "workflow:1", { case: "wait" }),
  chainedPlain: (context: DurableContext) => context.invoke("call", "plain", { milliseconds: 1000 }),
  chainedFails: (context: DurableContext) => context.invoke("call", "plain", { milliseconds: 1000, fail: true }),
  hold: (context: DurableContext, { marker }: Input) => context.step("hold", () => hold(marker)),
  fail: async () => Promise.reject(new TypeError("asked to fail")),
  longWait: (context: DurableContext) => context.wait("long", { hours: 1 }),
  fiveBranches: async (context: DurableContext) => {
    const branch = async (child: DurableContext): Promise<void> => {
      await child.step("before", async () => 1);
      await child.wait("pause", { seconds: 1 });
      await child.step("after", async () => 2);
    };
    (await context.parallel("five", Array.from({ length: 5 }, () => branch))).throwIfError();
  },
  threeCallbacks: async (context: DurableContext) => {
    const branch = async (child: DurableContext): Promise<string> => {
      const [promise] = await child.createCallback("callback");
      const result = await promise;
      return child.step("after", async () => result);
    };
    return (await context.parallel("three", Array.from({ length: 3 }, () => branch))).getResults();
  },
  parallel: async (context: DurableContext) => {
    const both = await context.parallel("both", [async (branch) => branch.step("left", async () => 1), async (branch) => branch.step("right", async () => 2)]);
    return both.getResults();
  },
} satisfies Record<string, (context: DurableContext, input: Input) => Promise<unknown> | PromiseLike<unknown>>;

const durable = withDurableExecution(async (input: Input, context: DurableContext): Promise<unknown> => CASES[input.case](context, input));

/** A copy of the event has lost the local stack's own client, so that the SDK takes its HTTP client. */
export const handler: typeof durable = process.env["DURABLE_API"] === "http" ? (event, context) => durable({ ...event }, context) : durable;

/** Takes its time, so that whoever invokes it from an execution has suspended meanwhile. */
export const plain = async (event: { fail?: boolean; milliseconds?: number }): Promise<unknown> => {
  await sleep(event.milliseconds);
  if (event.fail === true) throw new TypeError("asked to fail");
  process.stdout.write("plain was asked\n");
  return { got: event };
};
