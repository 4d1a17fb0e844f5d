import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetDurableExecutionCommand, type GetDurableExecutionResponse, StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import assert from "node:assert/strict";
import type { FunctionName } from "../../../infra/workflows.ts";
import type { BusEvent } from "../../../local/events/event.ts";
import type { RunningStack } from "../../../local/stack.ts";
import { createStackContext, type StackContext } from "../../../operator/stack-context.ts";
import { startExecution } from "../../../operator/follow.ts";

const DEADLINE_MS = 60_000;
const INTERVAL_MS = 25;

export interface EndedExecution {
  readonly executionArn: string;
  readonly status: string;
  /** Type and message. */
  readonly error: string;
}

/** Runs the program's workflows in a running stack and tells what became of them. */
export class Workflows {
  readonly context: StackContext;
  readonly #stack: RunningStack;
  readonly #logs: CloudWatchLogsClient;
  readonly #sqs: SQSClient;
  readonly #events: readonly BusEvent[];

  /** Actions that the stack throttles, and for which role. */
  readonly #throttled = new Set<string>();

  /** @param events what has happened on the stack's event bus: it grows */
  constructor(stack: RunningStack, events: readonly BusEvent[]) {
    this.#stack = stack;
    this.#events = events;
    this.context = createStackContext(stack);
    this.#logs = new CloudWatchLogsClient(stack);
    this.#sqs = new SQSClient(stack);
  }

  /** Throttles a function's calls of an action while something runs. */
  async throttling<T>(name: FunctionName, action: string, run: () => Promise<T>): Promise<T> {
    const key = `${this.resource(`${name}-role`, "arn")} ${action}`;
    this.#throttled.add(key);
    try {
      return await run();
    } finally {
      this.#throttled.delete(key);
    }
  }

  isThrottled(roleArn: string | undefined, action: string): boolean {
    return this.#throttled.has(`${roleArn ?? ""} ${action}`);
  }

  close(): void {
    for (const client of [this.context, this.#logs, this.#sqs]) client.destroy();
  }

  start(name: FunctionName, input: unknown): Promise<string> {
    return startExecution(this.context, camelCase(name), input);
  }

  async stop(executionArn: string): Promise<void> {
    await this.context.lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: executionArn }));
  }

  async run(name: FunctionName, input: unknown): Promise<EndedExecution> {
    return this.end(await this.start(name, input));
  }

  async end(executionArn: string): Promise<EndedExecution> {
    await this.event("the end of an execution", ({ detail }) => detail["durableExecutionArn"] === executionArn && detail["status"] !== "RUNNING");
    const { Status: status = "", Error: error } = await this.#get(executionArn);
    return { executionArn, status, error: `${error?.ErrorType ?? ""}: ${error?.ErrorMessage ?? ""}` };
  }

  async status(executionArn: string): Promise<string | undefined> {
    return (await this.#get(executionArn)).Status;
  }

  #get(executionArn: string): Promise<GetDurableExecutionResponse> {
    return this.context.lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: executionArn, IncludeExecutionData: true }));
  }

  /** The execution's task, once it has this status. */
  task(executionArn: string, lastStatus: "RUNNING" | "STOPPED"): Promise<BusEvent> {
    const startedBy = executionArn.slice(executionArn.lastIndexOf("/") + 1);
    return this.event(`a task ${lastStatus}`, ({ detail }) => detail["startedBy"] === startedBy && detail["lastStatus"] === lastStatus);
  }

  async recordClosed(jobId: string): Promise<void> {
    const item = { TableName: this.context.output("jobTableName"), Key: { jobId: { S: jobId } } };
    await until(`the record of job ${jobId} is closed`, async () => {
      const { Item: record } = await this.context.dynamodb.send(new GetItemCommand(item));
      return record?.["error"];
    });
  }

  event(what: string, isWanted: (event: BusEvent) => boolean): Promise<BusEvent> {
    return until(what, async () => this.#events.find(isWanted));
  }

  /** A line of a function's or the job's log that matches. */
  async logged(logGroup: FunctionName | "job", pattern: RegExp, since: number): Promise<string> {
    return until(`a line of ${logGroup} with ${String(pattern)}`, async () => (await this.lines(logGroup, since)).find((line) => pattern.test(line)));
  }

  async lines(logGroup: FunctionName | "job", since: number): Promise<string[]> {
    const logGroupName = this.context.output(`${camelCase(logGroup)}LogGroupName`);
    const { events = [] } = await this.#logs.send(new FilterLogEventsCommand({ logGroupName, startTime: since }));
    return events.map((event) => event.message ?? "");
  }

  /** Takes messages from a queue until one's attributes match. */
  async deadLetter(queueOutput: string, isWanted: (attributes: Record<string, string | undefined>) => boolean): Promise<Record<string, string | undefined>> {
    return until(`a dead letter in ${queueOutput}`, async () => {
      const { Messages: messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({ QueueUrl: this.context.output(queueOutput), MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }),
      );
      return messages
        .map(({ MessageAttributes }) => Object.fromEntries(Object.entries(MessageAttributes ?? {}).map(([name, value]) => [name, value.StringValue])))
        .find(isWanted);
    });
  }

  /** A declared resource's output, by its logical name. */
  resource(name: string, output: string): string {
    const value = this.#stack.resources.find((resource) => resource.name === name)?.outputs[output];
    assert.equal(typeof value, "string", `${name}.${output}`);
    return String(value);
  }
}

export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`Not within ${DEADLINE_MS / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
