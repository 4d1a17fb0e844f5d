import { type DurableContext, type DurableLambdaHandler, withDurableExecution } from "@aws/durable-execution-sdk-js";
import type { Outside } from "./outside.ts";

/** What the example workflows call. */
export interface Shop {
  /** Charges an order: once for each token, each time without one. */
  charge(order: string, token?: string): Promise<string>;
  price(item: string): Promise<number>;
  /** Asks a person, who completes the callback. */
  ask(callbackId: string): Promise<void>;
}

/** A shop outside whose people take a minute, and whose stock is asked by a function `stock`. */
export function openShop(outside: Outside): Shop {
  outside.onInvoke("stock", (item) => `${String(item)} in stock`);
  outside.onCallback("approval", (callbackId) => outside.after(60, () => outside.succeedCallback(callbackId, "approved")));
  return {
    charge: (order, token) => outside.call({ name: "payments.charge", token, parameters: { order } }, () => `charged ${order}`),
    price: (item) => outside.read(() => item.length),
    ask: (callbackId) => outside.call({ name: "mail.send", sets: callbackId, parameters: { callbackId } }, () => undefined),
  };
}

/** @returns what survivesEveryCrash takes for a workflow */
export const workflow =
  (run: (context: DurableContext, shop: Shop, token: (operation: string) => string) => Promise<unknown>) =>
  (shop: Shop): DurableLambdaHandler =>
    withDurableExecution((_input: unknown, context) => run(context, shop, (operation) => `${context.executionContext.durableExecutionArn} ${operation}`));
