import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startStack, type RunningStack, type StackOptions } from "../../local/stack.ts";
import { createStackContext, type StackContext } from "../../operator/stack-context.ts";

export const PROJECT = resolve(import.meta.dirname, "../..");

/** Runs this project's stack around the tests of a file. */
export class UsedStack {
  data = "";
  #running: { readonly stack: RunningStack; readonly context: StackContext } | undefined;

  static use(options: Partial<Pick<StackOptions, "speed" | "onEvent" | "inspect">> = {}): UsedStack {
    const used = new UsedStack();
    before(async () => {
      used.data = mkdtempSync(join(tmpdir(), "stack-"));
      const stack = await startStack({ projectFolder: PROJECT, stack: "dev", dataFolder: used.data, port: 0, speed: 1, onFatal: (error) => assert.fail(error), ...options });
      used.#running = { stack, context: createStackContext(stack) };
    });
    after(async () => {
      used.#running?.context.destroy();
      await used.#running?.stack.stop();
      rmSync(used.data, { recursive: true, force: true });
    });
    return used;
  }

  get stack(): RunningStack {
    return this.#up.stack;
  }

  get context(): StackContext {
    return this.#up.context;
  }

  /** The record of a dispatched job, as it is stored. */
  async record(jobId: string): Promise<Record<string, unknown> | undefined> {
    const { dynamodb, output } = this.context;
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: output("jobTableName"), Key: { jobId: { S: jobId } }, ConsistentRead: true }));
    return Item && unmarshall(Item);
  }

  get #up() {
    if (this.#running === undefined) throw new Error("Only within tests");
    return this.#running;
  }
}
