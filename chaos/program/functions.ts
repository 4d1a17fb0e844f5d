import { type DurableContext, StepSemantics, withDurableExecution } from "@aws/durable-execution-sdk-js";
import { count, leave } from "./evidence.ts";

function idOf({ executionContext }: DurableContext): string {
  const { durableExecutionArn } = executionContext;
  return durableExecutionArn.slice(durableExecutionArn.lastIndexOf("/") + 1);
}

/** A step that marks each of its runs. */
function marked(context: DurableContext, id: string, name: string) {
  return context.step(name, async () => leave("steps", id, name));
}

/** Every kind of step there is: in a row, between waits, in branches, failing at first, and at most once. */
export const steps = withDurableExecution(async (_event: unknown, context) => {
  const id = idOf(context);
  await marked(context, id, "first");
  await context.wait("pause", { seconds: 5 });
  await context.parallel("branches", [
    { name: "left", func: async (branch: DurableContext) => marked(branch, id, "left") },
    {
      name: "right",
      func: async (branch: DurableContext) => {
        await branch.wait("short-pause", { seconds: 2 });
        await marked(branch, id, "right");
      },
    },
  ]);
  await context.step(
    "retried",
    async () => {
      leave("steps", id, "retried");
      if (count("steps", id, "retried") === 1) throw new Error("Fails the first time it runs.");
    },
    { retryStrategy: (_error, attempt) => ({ shouldRetry: attempt < 5, delay: { seconds: 2 } }) },
  );
  await context
    .step("at-most-once", async () => leave("steps", id, "at-most-once"), {
      semantics: StepSemantics.AtMostOncePerRetry,
      retryStrategy: () => ({ shouldRetry: false }),
    })
    // Killed in its middle, it is not run again, and says so.
    .catch(() => undefined);
  await marked(context, id, "last");
  return { id };
});

export const callback = withDurableExecution(async (_event: unknown, context) => {
  const id = idOf(context);
  const answer = await context.waitForCallback("answer", async (callbackId) => leave("callbacks", id, callbackId), { timeout: { minutes: 30 } });
  await marked(context, id, "answered");
  return { answer };
});

/** Invokes a durable and a plain function. */
export const chain = withDurableExecution(async (_event: unknown, context) => {
  const id = idOf(context);
  await context.invoke("child", process.env.CHILD_ARN ?? "", {});
  await marked(context, id, "between");
  await context.invoke("note", process.env.NOTE_ARN ?? "", { key: `chain-${id}` });
  await marked(context, id, "noted");
  return {};
});

/** What schedules start. */
export const tick = withDurableExecution(async (event: { schedule: string; moment: string }, context) => {
  const id = idOf(context);
  await marked(context, id, "tick");
  return event;
});

/** Not durable: it gets each event at least once. */
export async function note({ key }: { key: string }): Promise<void> {
  leave("notes", key);
}
