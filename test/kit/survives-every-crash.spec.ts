import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { CallbackTimeoutError } from "@aws/durable-execution-sdk-js";
import { openShop, workflow } from "./shop.ts";
import { survivesEveryCrash } from "./survives-every-crash.ts";

const ITEMS = ["pear", "fig"];

describe("survivesEveryCrash", () => {
  it("is green for steps with tokens, branches, a wait, a callback, a condition and an invoke", async () => {
    const right = workflow(async (context, shop, token) => {
      // Whatever only the log shows may differ.
      context.logger.info("Begun", { at: Date.now(), trace: randomUUID() });
      const id = await context.step("make-id", async () => randomUUID());
      const prices = await context.map("prices", ITEMS, (branch, item) => branch.step(`price-${item}`, () => shop.price(item)));
      const approval = await context.waitForCallback("approval", (callbackId) => shop.ask(callbackId));
      const stock = await context.invoke<string, string>("in-stock", "stock", "pear");
      await context.wait("rest", { days: 1 });
      const polls = await context.waitForCondition("settled", async (polled: number) => polled + 1, {
        initialState: 0,
        waitStrategy: (polled) => (polled < 3 ? { shouldContinue: true, delay: { minutes: 5 } } : { shouldContinue: false }),
      });
      const charged = await context.step("charge", () => shop.charge("pear", token("charge")));
      const at = await context.step("clock", async () => Date.now());
      return { id, prices: prices.getResults(), approval, stock, polls, charged, at };
    });
    const { outcome, crashes, everyOrder } = await survivesEveryCrash(right, {}, openShop);
    assert.deepEqual((JSON.parse(outcome) as { result: object }).result, {
      id: "(uuid)",
      prices: [4, 3],
      approval: "approved",
      stock: "pear in stock",
      polls: 3,
      charged: "charged pear",
      // The approval takes a minute, the polls ten.
      at: Date.UTC(2026, 0, 2, 0, 11),
    });
    assert.ok(crashes > 50, `${crashes} crashes`);
    assert.ok(everyOrder);
  });

  it("lets a callback time out that nobody completes, without waiting for it", async () => {
    const patient = workflow(async (context) => {
      const [answered] = await context.createCallback("answer", { timeout: { days: 30 } });
      try {
        return await answered;
      } catch (error) {
        return error instanceof CallbackTimeoutError ? "nobody answered" : "failed";
      }
    });
    const { outcome } = await survivesEveryCrash(patient, {}, openShop);
    assert.equal(outcome, '{"status":"SUCCEEDED","result":"nobody answered"}');
  });

  it("tries every order of three branches, and a sample of the orders of six", async () => {
    const branches = (count: number) =>
      workflow((context) => context.map("numbers", Array.from({ length: count }, (_, index) => index), (branch, number) => branch.step(`number-${number}`, async () => number)).then((batch) => batch.getResults()));
    const three = await survivesEveryCrash(branches(3), {}, openShop);
    assert.deepEqual([three.orders, three.everyOrder], [6, true]);
    const six = await survivesEveryCrash(branches(6), {}, openShop);
    assert.deepEqual([six.orders, six.everyOrder], [80, false]);
  });

  it("names the operation that the world never completes", async () => {
    const stuck = workflow(async (context) => (await context.createCallback("answer"))[0]);
    await assert.rejects(survivesEveryCrash(stuck, {}, openShop), /waits for callback "answer"/);
  });

  it("names the function that the world doesn't have", async () => {
    const lonely = workflow((context) => context.invoke("ask", "elsewhere", {}));
    await assert.rejects(survivesEveryCrash(lonely, {}, openShop), /chained invoke "ask" calls function elsewhere/);
  });

  it("refuses a handler that it hasn't created", async () => {
    const handler = workflow(async () => 1)({} as never);
    await assert.rejects(survivesEveryCrash(() => handler, {}, openShop), /must create the handler itself/);
  });
});
