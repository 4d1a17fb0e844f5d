import { InvokeCommand, GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { DeleteMessageCommand, GetQueueAttributesCommand, ReceiveMessageCommand, type Message } from "@aws-sdk/client-sqs";
import { CliError, EXIT } from "../exit-codes.ts";
import { parsePayload } from "./payload.ts";
import type { Stack } from "./stack.ts";

export interface DeadLetterQueue {
  /** Short name: of its function, or as its output is called. */
  readonly name: string;
  readonly url: string;
  /** Whose events end up here, where they don't say it themselves. */
  readonly target: string | undefined;
}

export interface DeadLetter {
  readonly id: string;
  readonly sentAt: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly receiptHandle: string;
}

const PAGE = 10;
const OUTPUT = "DeadLetterQueueUrl";

export function deadLetterQueues(stack: Stack): DeadLetterQueue[] {
  const named = Object.entries(stack.outputs).flatMap(([key, url]) => {
    if (!key.endsWith(OUTPUT)) return [];
    const name = key.slice(0, -OUTPUT.length).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return [{ name, url, target: stack.functions.find((candidate) => candidate.deadLetterQueueUrl === url)?.aliasArn }];
  });
  const others = stack.functions.flatMap(({ name, deadLetterQueueUrl: url, aliasArn: target }) =>
    url === undefined || named.some((queue) => queue.url === url) ? [] : [{ name, url, target }],
  );
  return [...named, ...others];
}

/** @throws CliError when no queue, or more than one, has that name or a name that begins so */
export function findQueue(stack: Stack, reference: string): DeadLetterQueue {
  const queues = deadLetterQueues(stack);
  const exact = queues.find(({ name, url }) => name === reference || url === reference || url.endsWith(`/${reference}`));
  if (exact !== undefined) return exact;
  const matches = queues.filter(({ name }) => name.startsWith(reference));
  const [only, ...others] = matches;
  if (only !== undefined && others.length === 0) return only;
  const names = (matches.length > 0 ? matches : queues).map(({ name }) => name).join(", ");
  if (matches.length > 0) throw new CliError(EXIT.usage, `"${reference}" may be any of ${names}.`);
  throw new CliError(EXIT.notFound, `There is no dead-letter queue "${reference}". There are ${names}.`);
}

export async function countMessages(stack: Stack, { url }: DeadLetterQueue): Promise<number> {
  const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const { Attributes } = await stack.sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
}

/** While a queue is read, what has been read must not come again; it is hidden from others for no longer than that. */
export const LOOKING_SECONDS = 5;

/** Reads a queue to its end, or to `limit` messages, and leaves them there. What somebody else is looking at is waited for. */
export async function readQueue(stack: Stack, queue: DeadLetterQueue, limit: number): Promise<DeadLetter[]> {
  const { url } = queue;
  const letters = new Map<string, DeadLetter>();
  const wanted = Math.min(limit, await countMessages(stack, queue));
  while (letters.size < wanted) {
    const { Messages: messages = [] } = await stack.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(PAGE, wanted - letters.size),
        VisibilityTimeout: LOOKING_SECONDS,
        WaitTimeSeconds: LOOKING_SECONDS + 1,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["SentTimestamp"],
      }),
    );
    const before = letters.size;
    for (const message of messages) letters.set(message.MessageId ?? "", letterOf(message));
    if (letters.size === before) break;
  }
  return [...letters.values()];
}

/**
 * The letter that is meant by its id, or the unique beginning of one.
 *
 * @throws CliError when there is none, or more than one
 */
export function findLetter(letters: readonly DeadLetter[], reference: string): DeadLetter {
  const matches = letters.filter(({ id }) => id.startsWith(reference));
  const [letter, ...others] = matches;
  if (letter === undefined) throw new CliError(EXIT.notFound, `There is no message "${reference}". wf dead-letters show <queue> shows those there are.`);
  if (others.length > 0) throw new CliError(EXIT.usage, `"${reference}" may be any of ${matches.length} messages: ${matches.map(({ id }) => id).join(", ")}`);
  return letter;
}

/**
 * Starts what the letter was meant to start, and deletes it. The message's id names the execution, so that a letter
 * which was sent again but could not be deleted starts nothing twice.
 *
 * @returns the function's ARN, and that of the execution if there is one
 */
export async function redrive(stack: Stack, queue: DeadLetterQueue, letter: DeadLetter): Promise<{ target: string; arn: string | null }> {
  const target = letter.attributes["TARGET_ARN"] ?? queue.target;
  if (target === undefined) throw new CliError(EXIT.failed, `The message ${letter.id} does not say where it was to go.`);
  const { DurableConfig } = await stack.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: target }));
  const { DurableExecutionArn: arn } = await stack.lambda.send(
    new InvokeCommand({
      FunctionName: target,
      InvocationType: "Event",
      Payload: letter.text,
      DurableExecutionName: DurableConfig === undefined ? undefined : letter.id,
    }),
  );
  await stack.sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: letter.receiptHandle }));
  return { target, arn: arn ?? null };
}

export function letterShape({ id, sentAt, attributes, text }: DeadLetter) {
  return { id, sentAt, attributes, body: parsePayload(text) };
}

function letterOf(message: Message): DeadLetter {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue ?? ""]);
  return {
    id: message.MessageId ?? "",
    sentAt: new Date(Number(message.Attributes?.SentTimestamp ?? 0)).toISOString(),
    attributes: Object.fromEntries(attributes) as Record<string, string>,
    text: message.Body ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
  };
}
