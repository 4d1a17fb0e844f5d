import { createHash, randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { StackDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import type { Identity } from "../identity.ts";
import type { Store } from "../store/store.ts";
import { invalidValue } from "./errors.ts";
import type { MessageAttributes } from "./message-attributes.ts";
import type { MessageSender } from "./sender.ts";

export const schema = `
  CREATE TABLE IF NOT EXISTS sqs_queues (
    arn TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, retention_seconds INTEGER NOT NULL, created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sqs_messages (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, queue_arn TEXT NOT NULL REFERENCES sqs_queues ON DELETE CASCADE,
    body TEXT NOT NULL, attributes TEXT NOT NULL, sender TEXT NOT NULL, sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL,
    receive_count INTEGER NOT NULL DEFAULT 0, first_received_at INTEGER
  );
  CREATE INDEX IF NOT EXISTS sqs_messages_by_visibility ON sqs_messages (queue_arn, visible_at);
`;

export interface Queue {
  readonly arn: string;
  readonly name: string;
  readonly retentionSeconds: number;
  readonly createdAt: number;
}

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** Principal that sent it. */
  readonly sender: string;
  readonly sentAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
  /** Good for this receipt only: a later receipt makes it stale. */
  readonly receiptHandle: string;
}

interface MessageRow {
  readonly sequence: number;
  readonly id: string;
  readonly body: string;
  readonly attributes: string;
  readonly sender: string;
  readonly sentAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
}

export const LARGEST_BODY_BYTES = 1024 * 1024;

/**
 * Standard queues in the store: enough to keep dead letters and to read them. Retention is wall-clock time whatever the
 * speed, so that dead letters are still there to be read after a fast run.
 */
export class Queues implements MessageSender {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #identity: Identity;
  readonly #endpoint: () => string;
  /** Receivers that wait, by queue: called with true when a message came, with false to give up. */
  readonly #waiting = new Map<string, Set<(came: boolean) => void>>();

  /** @param options.endpoint where the gateway listens, such as `http://127.0.0.1:4566` */
  constructor(options: { store: Store; clock: Clock; identity: Identity; endpoint: () => string }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#identity = options.identity;
    this.#endpoint = options.endpoint;
  }

  /** Takes up the declared queues; a queue that is no longer declared goes with its messages. */
  apply(declaration: Pick<StackDeclaration, "queues">): void {
    this.#store.write((store) => {
      const declared = JSON.stringify(declaration.queues.map((queue) => queue.arn));
      store.run("DELETE FROM sqs_queues WHERE arn NOT IN (SELECT value FROM json_each(?))", declared);
      for (const queue of declaration.queues) {
        store.run(
          `INSERT INTO sqs_queues VALUES (?, ?, ?, ?) ON CONFLICT (arn) DO UPDATE SET retention_seconds = excluded.retention_seconds`,
          queue.arn,
          queue.name,
          queue.messageRetentionSeconds,
          this.#clock.now(),
        );
      }
    });
  }

  /** Forgets what expired while the stack was down. */
  start(): void {
    for (const queue of this.list()) this.#forgetExpired(queue);
  }

  /** Lets go of those who wait for a message. */
  stop(): void {
    for (const waiting of this.#waiting.values()) for (const wake of waiting) wake(false);
  }

  list(): Queue[] {
    return this.#store
      .prepare("SELECT arn, name, retention_seconds AS retentionSeconds, created_at AS createdAt FROM sqs_queues ORDER BY name")
      .all() as unknown as Queue[];
  }

  /** @throws AwsError QueueDoesNotExist */
  find(name: string): Queue {
    const queue = this.list().find((candidate) => candidate.name === name);
    if (queue === undefined) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
    return queue;
  }

  url(queueName: string): string {
    return `${this.#endpoint()}/${this.#identity.accountId}/${queueName}`;
  }

  send(queueArn: string, body: string, attributes: Readonly<Record<string, string>> = {}): void {
    const typed = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]));
    this.post(queueArn, body, typed, this.#identity.accountId);
  }

  /**
   * Sends a message with typed attributes.
   *
   * @param sender who sends it, as `SenderId` shows it
   * @param delaySeconds until receivers see it
   * @returns the id of the message
   * @throws AwsError QueueDoesNotExist, InvalidParameterValueException (larger than 1 MiB)
   */
  post(queueArn: string, body: string, attributes: MessageAttributes, sender: string, delaySeconds = 0): string {
    if (Buffer.byteLength(body) > LARGEST_BODY_BYTES) {
      throw new AwsError("InvalidParameterValueException", `One or more parameters are invalid. Reason: Message must be shorter than ${LARGEST_BODY_BYTES} bytes.`);
    }
    const queue = this.list().find((candidate) => candidate.arn === queueArn);
    if (queue === undefined) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
    this.#forgetExpired(queue);
    const id = randomUUID();
    const now = this.#clock.now();
    this.#store.run(
      "INSERT INTO sqs_messages (id, queue_arn, body, attributes, sender, sent_at, visible_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      id,
      queueArn,
      body,
      JSON.stringify(attributes),
      sender,
      now,
      now + this.#clock.scale(delaySeconds * 1000),
    );
    this.#store.afterCommit(() => this.#waiting.get(queueArn)?.forEach((wake) => wake(true)));
    return id;
  }

  /**
   * Receives messages and hides them for the visibility time-out; waits for a first one if asked to.
   *
   * @param options.limit 1 to 10
   */
  async receive(queue: Queue, options: { limit: number; visibilitySeconds: number; waitSeconds: number }): Promise<Message[]> {
    const deadline = this.#clock.now() + this.#clock.scale(options.waitSeconds * 1000);
    for (;;) {
      const messages = this.#take(queue, options);
      if (messages.length > 0 || this.#clock.now() >= deadline) return messages;
      const came = await this.#wait(queue, deadline);
      if (!came) return this.#take(queue, options);
    }
  }

  /** Deletes a message by the handle of its latest receipt; a stale handle deletes nothing, as on AWS. */
  delete(queue: Queue, receiptHandle: string): void {
    const { sequence, receiveCount } = readHandle(queue, receiptHandle);
    this.#store.run("DELETE FROM sqs_messages WHERE sequence = ? AND receive_count = ?", sequence, receiveCount);
  }

  /**
   * Hides a received message for another while, or with 0 gives it back to all receivers.
   *
   * @throws AwsError ReceiptHandleIsInvalid, InvalidParameterValueException (the message is not in flight under this handle)
   */
  changeVisibility(queue: Queue, receiptHandle: string, seconds: number): void {
    const { sequence, receiveCount } = readHandle(queue, receiptHandle);
    const now = this.#clock.now();
    const changed = this.#store
      .prepare("UPDATE sqs_messages SET visible_at = ?1 WHERE sequence = ?2 AND receive_count = ?3 AND visible_at > ?4 RETURNING sequence")
      .get(now + this.#clock.scale(seconds * 1000), sequence, receiveCount, now);
    if (changed === undefined) {
      throw invalidValue("ReceiptHandle", receiptHandle, "Message does not exist or is not available for visibility timeout change.");
    }
    if (seconds === 0) this.#store.afterCommit(() => this.#waiting.get(queue.arn)?.forEach((wake) => wake(true)));
  }

  purge(queue: Queue): void {
    this.#store.run("DELETE FROM sqs_messages WHERE queue_arn = ?", queue.arn);
  }

  /** How many messages wait, are being handled, and are delayed. */
  count(queue: Queue): { visible: number; inFlight: number; delayed: number } {
    this.#forgetExpired(queue);
    const now = this.#clock.now();
    return this.#store
      .prepare(
        `SELECT coalesce(sum(visible_at <= ?1), 0) AS visible, coalesce(sum(visible_at > ?1 AND receive_count > 0), 0) AS inFlight,
                coalesce(sum(visible_at > ?1 AND receive_count = 0), 0) AS delayed
         FROM sqs_messages WHERE queue_arn = ?2`,
      )
      .get(now, queue.arn) as unknown as { visible: number; inFlight: number; delayed: number };
  }

  #take(queue: Queue, options: { limit: number; visibilitySeconds: number }): Message[] {
    this.#forgetExpired(queue);
    const now = this.#clock.now();
    const rows = this.#store
      .prepare("SELECT sequence FROM sqs_messages WHERE queue_arn = ? AND visible_at <= ? ORDER BY sequence LIMIT ?")
      .all(queue.arn, now, options.limit);
    if (rows.length === 0) return [];
    return this.#store.write((store) =>
      rows.map(({ sequence }) => {
        store.run(
          `UPDATE sqs_messages SET visible_at = ?1, receive_count = receive_count + 1, first_received_at = coalesce(first_received_at, ?2)
           WHERE sequence = ?3`,
          now + this.#clock.scale(options.visibilitySeconds * 1000),
          now,
          sequence as number,
        );
        return this.#read(queue, sequence as number);
      }),
    );
  }

  #read(queue: Queue, sequence: number): Message {
    const row = this.#store
      .prepare(
        `SELECT sequence, id, body, attributes, sender, sent_at AS sentAt, receive_count AS receiveCount, first_received_at AS firstReceivedAt
         FROM sqs_messages WHERE sequence = ?`,
      )
      .get(sequence) as unknown as MessageRow;
    return {
      ...row,
      attributes: JSON.parse(row.attributes) as MessageAttributes,
      receiptHandle: handleOf(queue.arn, sequence, row.receiveCount),
    };
  }

  /** Resolves with true when something was sent, with false at the deadline. */
  #wait(queue: Queue, deadline: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(queue.arn) ?? new Set();
      this.#waiting.set(queue.arn, waiting);
      const wake = (came: boolean) => {
        cancel();
        waiting.delete(wake);
        resolve(came);
      };
      const cancel = this.#clock.at(deadline, () => wake(false));
      waiting.add(wake);
    });
  }

  #forgetExpired(queue: Queue): void {
    const oldest = this.#clock.now() - queue.retentionSeconds * 1000;
    const expired = this.#store.prepare("SELECT 1 FROM sqs_messages WHERE queue_arn = ? AND sent_at < ? LIMIT 1").get(queue.arn, oldest);
    if (expired !== undefined) this.#store.run("DELETE FROM sqs_messages WHERE queue_arn = ? AND sent_at < ?", queue.arn, oldest);
  }
}

/** @throws AwsError ReceiptHandleIsInvalid */
function readHandle(queue: Queue, receiptHandle: string): { sequence: number; receiveCount: number } {
  const [, sequence, receiveCount] = /^(\d+)-(\d+)-[0-9a-f]{16}$/.exec(Buffer.from(receiptHandle, "base64url").toString("utf8"))?.map(Number) ?? [];
  if (sequence === undefined || receiveCount === undefined || receiptHandle !== handleOf(queue.arn, sequence, receiveCount)) {
    throw new AwsError("ReceiptHandleIsInvalid", `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`, 404);
  }
  return { sequence, receiveCount };
}

function handleOf(queueArn: string, sequence: number, receiveCount: number): string {
  const check = createHash("sha256").update(`${queueArn} ${sequence} ${receiveCount}`).digest("hex").slice(0, 16);
  return Buffer.from(`${sequence}-${receiveCount}-${check}`).toString("base64url");
}
