import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { openShop, workflow } from "./shop.ts";
import { survivesEveryCrash } from "./survives-every-crash.ts";

const ITEMS = ["pear", "fig"];

const mistakes: readonly (readonly [mistake: string, wrong: ReturnType<typeof workflow>, message: RegExp])[] = [
  [
    "a clock that is read outside of a step and changes the flow",
    workflow(async (context, shop, token) => {
      const late = Date.now() % 2 === 1;
      await context.step("price", () => shop.price("pear"));
      return context.step(late ? "charge-late" : "charge", () => shop.charge("pear", token("charge")));
    }),
    /Expected name "charge", but got "charge-late"/,
  ],
  [
    "a clock that is read outside of a step and becomes a step's input",
    workflow(async (context, shop, token) => {
      const today = new Date().toISOString();
      return context.step("charge", () => shop.charge(`pear of ${today}`, token("charge")));
    }),
    /: step "charge" called payments\.charge with .*pear of/,
  ],
  [
    "a random id that is drawn outside of a step",
    workflow(async (context, shop) => {
      const id = randomUUID();
      await context.step("charge", () => shop.charge("pear", id));
    }),
    /: step "charge" called payments\.charge 2 times instead of 1, each time with another token/,
  ],
  [
    "an effect without a token",
    workflow(async (context, shop) => context.step("charge", () => shop.charge("pear"))),
    /a crash before the checkpoint SUCCEED of step "charge": step "charge" called payments\.charge, which has no token, 2 times instead of 1/,
  ],
  [
    "an effect without a token in a branch",
    workflow((context, shop) => context.map("charges", ITEMS, (branch, item) => branch.step(`charge-${item}`, () => shop.charge(item)))),
    /: step "charge-(?:pear|fig)" called payments\.charge, which has no token, 2 times instead of 1/,
  ],
  [
    "an effect whose token is drawn in the same step",
    workflow(async (context, shop) => context.step("charge", () => shop.charge("pear", randomUUID()))),
    /: step "charge" called payments\.charge 2 times instead of 1, each time with another token/,
  ],
  [
    "an effect outside of any step",
    workflow(async (context, shop) => {
      await shop.charge("pear");
      await context.step("price", () => shop.price("pear"));
    }),
    /: the handler, outside of any step, called payments\.charge, which has no token/,
  ],
  [
    "a variable that is set in a step",
    workflow(async (context, shop, token) => {
      let price = 0;
      await context.step("price", async () => {
        price = await shop.price("pear");
      });
      return context.step("charge", () => shop.charge(`pear for ${price}`, token("charge")));
    }),
    /: step "charge" called payments\.charge with .*pear for 0/,
  ],
  [
    "a variable that is set in a step and returned",
    workflow(async (context, shop) => {
      let price = 0;
      await context.step("price", async () => {
        price = await shop.price("pear");
      });
      return price;
    }),
    /The outcome is .*"result":0.*the last one is step "price"/,
  ],
  [
    "an order of operations that comes from a Map of fetched data",
    workflow(async (context, shop, token) => {
      const prices = new Map<string, number>();
      await Promise.all(ITEMS.map(async (item) => prices.set(item, await context.step(`price-${item}`, () => shop.price(item)))));
      for (const item of prices.keys()) await context.step(`charge-${item}`, () => shop.charge(item, token(item)));
    }),
    /Expected name "charge-fig", but got "charge-pear"/,
  ],
  [
    "a suspension that a short time-out of the handler's own swallows",
    workflow(async (context) => {
      const [approved] = await context.createCallback("approval");
      return Promise.race([approved, delay(10, "nobody answered")]);
    }),
    /callback "approval".*must not go on without an operation/,
  ],
  [
    "a suspension that a long time-out of the handler's own swallows",
    workflow(async (context) => {
      const [approved] = await context.createCallback("approval");
      return Promise.race([approved, new Promise((resolve) => setTimeout(resolve, 60_000, "nobody answered"))]);
    }),
    /callback "approval".*must not go on without an operation/,
  ],
];

describe("survivesEveryCrash is red for", () => {
  for (const [mistake, wrong, message] of mistakes) {
    it(mistake, async () => {
      await assert.rejects(survivesEveryCrash(wrong, {}, openShop), { name: "AssertionError", message });
    });
  }
});
