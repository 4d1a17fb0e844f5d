import "../environment.ts";
import assert from "node:assert/strict";
import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { createHandler as callbackJob } from "../../../functions/callback-job/handler.ts";
import { createHandler as dispatchJob } from "../../../functions/dispatch-job/handler.ts";
import { createHandler as pollJob } from "../../../functions/poll-job/handler.ts";
import { execute } from "../../kit/execute.ts";
import { START } from "../../kit/simulated.ts";
import { survivesEveryCrash } from "../../kit/survives-every-crash.ts";
import { exited, type FakeTask, interrupted } from "../fake-ecs.ts";
import { CrashWorld } from "./world.ts";

type CreateHandler = (world: CrashWorld) => DurableLambdaHandler;

const JOB = { message: "hello", processingTime: 5 };
const WORKFLOWS: readonly (readonly [name: string, createHandler: CreateHandler])[] = [
  ["poll-job", pollJob],
  ["callback-job", callbackJob],
  ["dispatch-job", dispatchJob],
];

/** @returns the error type of the execution */
async function errorType(createHandler: CreateHandler, change: (world: CrashWorld) => void, input: object = JOB): Promise<string | undefined> {
  const { outcome } = await survivesEveryCrash(createHandler, input, (outside) => {
    const world = new CrashWorld(outside);
    change(world);
    return world;
  });
  const { status, error } = JSON.parse(outcome) as { status: string; error?: { ErrorType: string } };
  return error?.ErrorType ?? (status === "SUCCEEDED" ? undefined : status);
}

/** ECS has no capacity for the first requests: the same answer whenever a request is repeated. */
function refuseTwice({ fakeEcs }: CrashWorld): void {
  const refused = new Set<unknown>();
  fakeEcs.answer = (operation, _call, { clientToken }) => {
    if (operation !== "RunTask" || (refused.size === 2 && !refused.has(clientToken))) return undefined;
    refused.add(clientToken);
    return { failures: [{ reason: "RESOURCE:CPU" }] };
  };
}

describe("A job survives every crash of its workflow", () => {
  for (const [name, createHandler] of WORKFLOWS) {
    it(`${name}: whose start is refused twice`, async () => {
      assert.equal(await errorType(createHandler, refuseTwice), undefined);
    });
  }

  for (const [name, createHandler] of WORKFLOWS.slice(0, 2)) {
    it(`${name}: whose first task is interrupted`, async () => {
      const interruptFirst = (world: CrashWorld) => {
        const { job } = world;
        world.job = (task) => {
          if (world.fakeEcs.tasks.length > 1) job(task);
          else world.outside.after(20, () => world.stop(task, interrupted));
        };
      };
      assert.equal(await errorType(createHandler, interruptFirst), undefined);
    });

    it(`${name}: that never ends, and is stopped`, async () => {
      assert.equal(await errorType(createHandler, (world) => void (world.job = () => undefined)), "JobTimedOut");
    });
  }

  const ends: readonly (readonly [what: string, stop: (world: CrashWorld, task: FakeTask) => unknown])[] = [
    ["whose stop is reported late", (world, task) => world.outside.after(90, () => world.stop(task, {}))],
    ["whose stop is never reported", () => undefined],
    ["whose stop is reported twice", (world, task) => world.stop(task, {}).then(() => world.stop(task, {}))],
  ];
  for (const [what, report] of ends) {
    it(`poll-job: ${what}`, async () => {
      const change = (world: CrashWorld) => {
        world.job = (task) =>
          world.outside.after(20, () => {
            Object.assign(task, exited(0));
            return report(world, task);
          });
      };
      assert.equal(await errorType(pollJob, change), undefined);
    });
  }

  it("poll-job: that stops at the time of a poll, in either order", async () => {
    const polls: number[] = [];
    await execute(pollJob, JOB, (outside) => {
      const world = new CrashWorld(outside);
      world.job = () => undefined;
      world.fakeEcs.before = (operation) => {
        if (operation === "DescribeTasks") polls.push((outside.now() - START) / 1000);
      };
      return world;
    });
    const poll = polls.find((seconds) => seconds > 0)!;
    const stopAtPoll = (world: CrashWorld) => {
      world.job = (task) => world.outside.after(poll, () => world.stop(task, exited(0)));
    };
    assert.equal(await errorType(pollJob, stopAtPoll), undefined);
  });

  it("dispatch-job: that is refused for good", async () => {
    const refuse = ({ fakeEcs, environment }: CrashWorld) => {
      environment.JOB_CAPACITY_WAIT_SECONDS = 0;
      fakeEcs.answer = (operation) => (operation === "RunTask" ? { failures: [{ reason: "RESOURCE:CPU" }] } : undefined);
    };
    assert.equal(await errorType(dispatchJob, refuse), "CapacityUnavailable");
  });

  it("dispatch-job: that is run again after it failed", async () => {
    const failedBefore = ({ tables }: CrashWorld) => {
      const item = { jobId: { S: "earlier" }, status: { S: "FAILED" }, input: { M: { message: { S: "hello" }, processingTime: { N: "5" } } }, executionArn: { S: "arn:earlier" }, attempt: { N: "1" }, updatedAt: { S: "2026-01-01T00:00:00.000Z" } };
      tables.execute("PutItem", { TableName: "jobs", Item: item });
    };
    assert.equal(await errorType(dispatchJob, failedBefore, { retryOf: "earlier" }), undefined);
  });
});
