import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { World } from "./world.ts";

/** `RACES=200 npx mocha --no-config test/local/durable/pending-race.spec.ts` runs as many. */
const COUNT = Number(process.env.RACES ?? 60);
/** JS SDK 2.4.0 returns PENDING 20 ms after the last branch has suspended (its issue 614). The executions' callbacks are spread over that time. */
const COOL_DOWN_MS = 20;

interface Shown {
  readonly EventType: string;
  readonly CallbackStartedDetails?: { readonly CallbackId: string };
  readonly InvocationCompletedDetails?: { readonly Error?: unknown };
}

describe("Three callbacks that complete back to back while the handler returns PENDING", function () {
  this.timeout(20_000 + COUNT * 100);

  it(`fail no execution of ${COUNT} and no invocation, all at once`, async () => {
    const world = new World();
    world.durable("f", async (_input, context) => {
      const branches = Array.from({ length: 3 }, () => async (child: typeof context) => {
        const [answer] = await child.createCallback("callback");
        const result = await answer;
        return child.step("after", async () => result);
      });
      return (await context.parallel("three", branches)).getResults();
    });
    const history = (arn: string) => world.history(arn) as readonly Shown[];
    const callbacks = (arn: string) => history(arn).flatMap(({ CallbackStartedDetails }) => CallbackStartedDetails?.CallbackId ?? []);
    try {
      const arns = await Promise.all(Array.from({ length: COUNT }, () => world.begin("f")));
      await Promise.all(
        arns.map(async (arn, index) => {
          while (callbacks(arn).length < 3) await delay(1);
          await delay((index * COOL_DOWN_MS) / COUNT);
          for (const id of callbacks(arn)) world.engine.reportCallback(id, { kind: "succeed", result: '"done"' });
        }),
      );
      await world.idle();
      const raced = arns.filter((arn) => {
        const types = world.eventTypes(arn);
        return types.lastIndexOf("CallbackSucceeded") < types.indexOf("InvocationCompleted");
      });
      assert.ok(raced.length > 0, "no execution had all its callbacks completed during its first invocation");
      assert.deepEqual(arns.filter((arn) => world.get(arn).Status !== "SUCCEEDED"), []);
      const errors = arns.flatMap((arn) => history(arn).flatMap(({ InvocationCompletedDetails }) => InvocationCompletedDetails?.Error ?? []));
      assert.deepEqual(errors, []);
      if (process.env.RACES !== undefined) process.stdout.write(`      executions whose callbacks all completed during the first invocation: ${raced.length}\n`);
    } finally {
      world.close();
    }
  });
});
