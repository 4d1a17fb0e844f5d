import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import type { Botocore } from "./botocore.ts";

const DEADLINE_MS = 30_000;

export type Status = "RUNNING" | "PAUSING" | "PAUSED" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "STOPPED";

/** Executions of the conformance program, brought into the status that a test is about. */
export class Executions {
  readonly #botocore: Botocore;
  readonly #folder: string;
  #markers = 0;

  /** @param folder for the files that let handlers go on */
  constructor(botocore: Botocore, folder: string) {
    this.#botocore = botocore;
    this.#folder = folder;
  }

  /** @returns the ARN of a new execution that has this status */
  async reach(status: Status): Promise<string> {
    switch (status) {
      case "RUNNING":
        return this.suspended();
      case "PAUSING":
        return (await this.pausing()).arn;
      case "PAUSED": {
        const arn = await this.suspended();
        await this.#botocore.call("PauseDurableExecution", { DurableExecutionArn: arn });
        return arn;
      }
      case "STOPPED": {
        const arn = await this.suspended();
        await this.#botocore.call("StopDurableExecution", { DurableExecutionArn: arn });
        return arn;
      }
      case "SUCCEEDED":
        return this.#ended(await this.start("workflow", { case: "step" }), status);
      case "FAILED":
        return this.#ended(await this.start("workflow", { case: "fail" }), status);
      case "TIMED_OUT":
        return this.#ended(await this.start("short", { case: "longWait" }), status);
    }
  }

  /** One that waits for an hour. */
  async suspended(): Promise<string> {
    const arn = await this.start("workflow", { case: "longWait" });
    await this.until(arn, "InvocationCompleted");
    return arn;
  }

  /** One that pauses when the step ends that it is in. */
  async pausing(): Promise<{ arn: string; finish: () => void }> {
    const marker = join(this.#folder, `marker-${++this.#markers}`);
    const arn = await this.start("workflow", { case: "hold", marker });
    await this.until(arn, "StepStarted");
    await this.#botocore.call("PauseDurableExecution", { DurableExecutionArn: arn });
    return { arn, finish: () => writeFileSync(marker, "") };
  }

  async start(functionName: string, input: object): Promise<string> {
    const { body } = await this.#botocore.call("Invoke", { FunctionName: functionName, Qualifier: "1", InvocationType: "Event", Payload: JSON.stringify(input) });
    return z.string().parse(body["DurableExecutionArn"]);
  }

  async get(arn: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#botocore.call("GetDurableExecution", { DurableExecutionArn: arn })).body;
  }

  async eventTypes(arn: string): Promise<string[]> {
    const { body } = await this.#botocore.call("GetDurableExecutionHistory", { DurableExecutionArn: arn });
    return z.array(z.object({ EventType: z.string() })).parse(body["Events"]).map(({ EventType }) => EventType);
  }

  async until(arn: string, eventType: string): Promise<void> {
    await this.#eventually(`${arn} has ${eventType}`, async () => (await this.eventTypes(arn)).includes(eventType));
  }

  /** @param status `undefined` for an execution that is gone */
  async untilStatus(arn: string, status: string | undefined): Promise<void> {
    await this.#eventually(`${arn} is ${status}`, async () => (await this.get(arn))["Status"] === status);
  }

  async #ended(arn: string, status: Status): Promise<string> {
    await this.untilStatus(arn, status);
    return arn;
  }

  async #eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await holds())) {
      assert.ok(Date.now() < deadline, `never: ${what}`);
      await delay(20);
    }
  }
}
