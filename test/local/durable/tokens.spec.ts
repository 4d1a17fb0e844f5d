import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import type { CheckpointResponse } from "../../../local/durable/contract.ts";
import { AwsError } from "../../../local/errors.ts";
import type { InvocationOutcome } from "../../../local/lambda/function-version.ts";
import { World } from "./world.ts";

type Command =
  | { readonly do: "checkpoint" | "repeat" | "crash" }
  | { readonly do: "reuse"; readonly which: number }
  | { readonly do: "jump"; readonly seconds: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: "checkpoint" } as const) },
  { weight: 3, arbitrary: fc.nat().map((which) => ({ do: "reuse", which }) as const) },
  { weight: 2, arbitrary: fc.constant({ do: "repeat" } as const) },
  { weight: 2, arbitrary: fc.constant({ do: "crash" } as const) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 5_000 }).map((seconds) => ({ do: "jump", seconds }) as const) },
);

/** An execution whose invocations only checkpoint, and every token that was ever good for it. */
class Run {
  readonly #world = new World();
  readonly #spent: string[] = [];
  readonly #invocations: { readonly token: string; readonly end: (outcome: InvocationOutcome) => void }[] = [];
  #arn = "";
  #steps = 0;
  #last: { readonly token: string; readonly clientToken: string; readonly response: CheckpointResponse } | undefined;
  #current = "";

  async begin(): Promise<void> {
    const durable = { executionTimeoutSeconds: 31_000_000, retentionDays: 1 };
    const handler = async (event: string) => {
      const { promise, resolve } = Promise.withResolvers<InvocationOutcome>();
      this.#invocations.push({ token: (JSON.parse(event) as { CheckpointToken: string }).CheckpointToken, end: resolve });
      return promise;
    };
    this.#world.raw("f", handler, { durable });
    this.#arn = await this.#world.begin("f", {}, { invocationType: "Event" });
    await this.#nextInvocation(0);
  }

  async run(command: Command): Promise<void> {
    const before = this.#world.history(this.#arn).length;
    switch (command.do) {
      case "checkpoint": {
        const clientToken = `client-${this.#steps}`;
        const response = this.#checkpoint(this.#current, clientToken);
        this.#last = { token: this.#current, clientToken, response };
        this.#replace(response.CheckpointToken ?? "");
        assert.ok(this.#world.history(this.#arn).length > before, "the step is recorded");
        return;
      }
      case "repeat":
        if (this.#last !== undefined) assert.deepEqual(this.#checkpoint(this.#last.token, this.#last.clientToken), this.#last.response);
        break;
      case "reuse": {
        const token = this.#spent[command.which % Math.max(1, this.#spent.length)];
        if (token !== undefined) assert.throws(() => this.#checkpoint(token, "another"), (error) => error instanceof AwsError && error.message === "Invalid checkpoint token");
        break;
      }
      case "crash": {
        const invocations = this.#invocations.length;
        this.#invocations.at(-1)?.end({ kind: "error", errorType: "Runtime.ExitError", errorMessage: "died" });
        await this.#nextInvocation(invocations);
        return;
      }
      case "jump":
        this.#world.clock.advance(command.seconds * 1000);
        await this.#world.store.committed();
    }
    assert.equal(this.#world.history(this.#arn).length, before, "nothing is recorded");
  }

  close(): void {
    this.#world.close();
  }

  #checkpoint(CheckpointToken: string, ClientToken: string): CheckpointResponse {
    const Updates = [{ Id: `step-${this.#steps++}`, Type: "STEP", Action: "SUCCEED", Payload: "1" }] as const;
    return this.#world.engine.checkpoint({ DurableExecutionArn: this.#arn, CheckpointToken, ClientToken, Updates });
  }

  /** A crashed invocation is followed by another, at once or when its pause is over. */
  async #nextInvocation(known: number): Promise<void> {
    for (let turns = 0; this.#invocations.length === known; turns++) {
      assert.ok(turns < 100, "the next invocation always comes");
      await this.#world.store.committed();
      await turn();
      if (turns > 4) this.#world.clock.advance(300_000);
    }
    this.#last = undefined;
    this.#replace(this.#invocations.at(-1)?.token ?? "");
  }

  #replace(token: string): void {
    assert.ok(token !== "" && token !== this.#current && !this.#spent.includes(token), "every token is new");
    if (this.#current !== "") this.#spent.push(this.#current);
    this.#current = token;
  }
}

describe("Checkpoint tokens, whatever happens", () => {
  it("are good once, for the invocation that holds them; an answer that was lost is given again", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 25 }), async (commands) => {
        const run = new Run();
        try {
          await run.begin();
          for (const each of commands) await run.run(each);
        } finally {
          run.close();
        }
      }),
      { numRuns: 100, includeErrorInReport: true },
    );
  });
});
