import type { Store } from "../store/store.ts";
import type { MessageAttributes } from "./message-attributes.ts";

/** A message as it lies in its queue. */
export interface StoredMessage {
  /** Place in the order of sending, across queues. */
  readonly sequence: number;
  readonly queueArn: string;
  readonly queueName: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly sentAt: number;
}

const SELECT = `SELECT m.sequence, m.queue_arn AS queueArn, q.name AS queueName, m.body, m.attributes, m.sent_at AS sentAt
  FROM sqs_messages m JOIN sqs_queues q ON q.arn = m.queue_arn`;

/** Looking at messages without receiving them, so that looking counts as no receipt and hides nothing from consumers. */
export class MessageBrowser {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Newest first, of all queues. */
  newest(limit: number): StoredMessage[] {
    return this.#store.prepare(`${SELECT} ORDER BY m.sequence DESC LIMIT ?`).all(limit).map(toMessage);
  }

  find(queueName: string, sequence: number): StoredMessage | undefined {
    const row = this.#store.prepare(`${SELECT} WHERE q.name = ? AND m.sequence = ?`).get(queueName, sequence);
    return row && toMessage(row);
  }

  count(): number {
    return Number(this.#store.prepare("SELECT count(*) AS count FROM sqs_messages").get()?.count);
  }

  /** In this turn's transaction, so that a message goes together with its delivery elsewhere. */
  remove(sequence: number): void {
    this.#store.run("DELETE FROM sqs_messages WHERE sequence = ?", sequence);
  }

  /** A text that differs whenever a message has been sent or removed. */
  fingerprint(): string {
    return JSON.stringify(this.#store.prepare("SELECT count(*) AS count, max(sequence) AS newest FROM sqs_messages").get());
  }
}

function toMessage(row: Record<string, unknown>): StoredMessage {
  return { ...row, attributes: JSON.parse(String(row.attributes)) as MessageAttributes } as StoredMessage;
}
