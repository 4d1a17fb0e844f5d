import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import type { RunningStack } from "../../local/stack.ts";

const answerSchema = z.object({ status: z.number(), error: z.string().optional(), body: z.record(z.string(), z.unknown()).default({}) });
export type Answer = z.infer<typeof answerSchema>;

/** Calls to Lambda by botocore, as the AWS CLI makes them. */
export class Botocore {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;

  constructor({ endpoint, region, credentials }: Pick<RunningStack, "endpoint" | "region" | "credentials">) {
    const { accessKeyId, secretAccessKey } = credentials;
    this.#process = spawn("python3", [join(import.meta.dirname, "calls.py"), endpoint, region], {
      env: { PATH: process.env["PATH"], AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    });
    this.#process.stderr.pipe(process.stderr);
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** One call at a time. */
  async call(operation: string, parameters: Readonly<Record<string, unknown>>): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify({ operation, parameters })}\n`);
    const answer: IteratorResult<string, unknown> = await this.#answers.next();
    if (answer.done === true) throw new Error("botocore's process has ended.");
    return answerSchema.parse(JSON.parse(answer.value));
  }

  close(): void {
    this.#process.stdin.end();
  }
}
