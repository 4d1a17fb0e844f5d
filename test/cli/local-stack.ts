import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient, type LambdaClientConfig } from "@aws-sdk/client-lambda";
import type * as z from "zod";
import { showShape, startShape } from "../../cli/shapes.ts";
import { until } from "../../operator/follow.ts";
import { killHost, startHost } from "../local/host.ts";
import { runCommand, type Ran, type RunOptions } from "./terminal.ts";

export const DEADLINE_MS = 30_000;

export type Shown = z.output<typeof showShape>;

/** A running local stack, and wf on it. */
export class LocalStack {
  readonly folder = mkdtempSync(join(tmpdir(), "wf-"));
  readonly data = join(this.folder, "data");
  /** ARNs by name. */
  readonly started: Record<string, string> = {};
  #host: ChildProcess | undefined;

  /** @param executions to start first: function and payload by name */
  async start(executions: Readonly<Record<string, readonly [functionName: string, payload: string]>>): Promise<void> {
    this.#host = await startHost(this.data);
    await Promise.all(
      Object.entries(executions).map(async ([name, [functionName, payload]]) => {
        this.started[name] = (await this.json(startShape, "start", functionName, payload, "--name", name)).arn!;
      }),
    );
  }

  /** Starts an execution with a payload that wf would refuse. @returns its ARN */
  async startUnchecked(functionName: string, payload: string, name: string): Promise<string> {
    const { outputs, ...endpoint } = JSON.parse(readFileSync(join(this.data, "outputs.json"), "utf8")) as LambdaClientConfig & { outputs: Readonly<Record<string, string>> };
    const lambda = new LambdaClient(endpoint);
    const invoke = new InvokeCommand({ FunctionName: outputs[`${functionName}AliasArn`], InvocationType: "Event", Payload: Buffer.from(payload), DurableExecutionName: name });
    try {
      return (await lambda.send(invoke)).DurableExecutionArn!;
    } finally {
      lambda.destroy();
    }
  }

  async end(): Promise<void> {
    if (this.#host !== undefined) await killHost(this.#host);
    rmSync(this.folder, { recursive: true });
  }

  wf(words: readonly string[], options?: RunOptions): Promise<Ran> {
    return runCommand([...words, "--data", this.data], options);
  }

  /** The answer of a command that succeeds, in its shape and with nothing that the shape does not name. */
  async json<Shape extends z.ZodObject>(shape: Shape, ...words: string[]): Promise<z.output<Shape>> {
    const { code, out, err } = await this.wf([...words, "--json"]);
    assert.equal(code, 0, err);
    return shape.strict().parse(JSON.parse(out)) as z.output<Shape>; // `strict` changes what is refused, not what comes out.
  }

  show(execution: string): Promise<Shown> {
    return this.json(showShape, "show", execution);
  }

  untilShown(execution: string, what: string, isSo: (shown: Shown) => boolean): Promise<Shown> {
    return until(what, DEADLINE_MS, async () => {
      const shown = await this.show(execution);
      return isSo(shown) ? shown : undefined;
    });
  }
}
