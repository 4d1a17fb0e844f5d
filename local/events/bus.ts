import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { RuleDeclaration, StackDeclaration } from "../declarations.ts";
import { AwsError, UserError } from "../errors.ts";
import type { AccessControl, ServiceCaller } from "../iam/access.ts";
import type { Identity } from "../identity.ts";
import type { AsyncInvoker } from "../lambda/function-version.ts";
import type { MessageSender } from "../sqs/sender.ts";
import type { Store } from "../store/store.ts";
import { TimerQueue } from "../timers.ts";
import { type DeliveryFailure, deliveryFailure, retryDelay } from "./delivery.ts";
import type { BusEvent, EventPublisher } from "./event.ts";
import { compilePattern, type EventMatcher } from "./pattern.ts";

export const schema = `
CREATE TABLE IF NOT EXISTS event_delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  rule_arn TEXT NOT NULL,
  target TEXT NOT NULL,
  event TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_at INTEGER NOT NULL
);
`;

type Target = RuleDeclaration["targets"][number];

interface Rule {
  readonly arn: string;
  readonly matches: EventMatcher;
  readonly targets: readonly Target[];
}

interface Delivery {
  readonly id: number;
  readonly ruleArn: string;
  /** As it was when the event came: what the program declares later does not change what is under way. */
  readonly target: Target;
  readonly event: string;
  readonly createdAt: number;
  readonly attempts: number;
}

/** The default event bus: events of the local services, to the Lambda functions that the program's rules name. */
export class EventBus implements EventPublisher {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #identity: Identity;
  readonly #iam: AccessControl;
  readonly #invoker: AsyncInvoker;
  readonly #queues: MessageSender;
  readonly #retries: TimerQueue<number>;
  #rules: readonly Rule[] = [];
  #stopped = false;

  constructor(options: {
    store: Store;
    clock: Clock;
    identity: Identity;
    iam: AccessControl;
    invoker: AsyncInvoker;
    queues: MessageSender;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#identity = options.identity;
    this.#iam = options.iam;
    this.#invoker = options.invoker;
    this.#queues = options.queues;
    this.#retries = new TimerQueue(this.#clock, (id) => this.#deliver(id));
  }

  /** @throws UserError naming the rule whose event pattern is not valid */
  apply(declaration: Pick<StackDeclaration, "rules">): void {
    this.#rules = declaration.rules.filter((rule) => rule.state === "ENABLED").map(compileRule);
  }

  /** Resumes deliveries that were not done when the stack ended. */
  start(): void {
    for (const { id, due } of this.#store.prepare("SELECT id, due_at AS due FROM event_delivery").all() as { id: number; due: number }[]) {
      this.#retries.set(id, due);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#retries.clear();
  }

  publish(event: BusEvent): void {
    const now = this.#clock.now();
    const envelope = {
      version: "0",
      id: randomUUID(),
      "detail-type": event.detailType,
      source: event.source,
      account: this.#identity.accountId,
      // Whole seconds, as EventBridge writes them.
      time: `${new Date(now).toISOString().slice(0, 19)}Z`,
      region: this.#identity.region,
      resources: event.resources,
      detail: event.detail,
    };
    for (const rule of this.#rules) {
      if (!rule.matches(envelope)) continue;
      for (const target of rule.targets) this.#accept(rule.arn, target, JSON.stringify(envelope), now);
    }
  }

  #accept(ruleArn: string, target: Target, event: string, now: number): void {
    const { id } = this.#store.write((store) =>
      store
        .prepare(
          "INSERT INTO event_delivery (rule_arn, target, event, created_at, attempts, due_at) VALUES (?, ?, ?, ?, 0, ?) RETURNING id",
        )
        .get(ruleArn, JSON.stringify(target), event, now, now),
    ) as { id: number };
    this.#store.afterCommit(() => this.#deliver(id));
  }

  #deliver(id: number): void {
    if (this.#stopped) return;
    const delivery = this.#read(id);
    if (delivery === undefined) return;
    try {
      // The function's acceptance and the end of the delivery are one transaction, so a kill in between repeats nothing.
      this.#store.write((store) => {
        this.#invoke(delivery);
        store.run("DELETE FROM event_delivery WHERE id = ?", id);
      });
    } catch (error) {
      this.#failed(delivery, deliveryFailure(error));
    }
  }

  #invoke({ ruleArn, target, event }: Delivery): void {
    if (target.arn.startsWith(`arn:${this.#identity.partition}:sqs:`)) {
      this.#iam.authorizeService(this.#caller(ruleArn), { action: "sqs:SendMessage", resource: target.arn });
      this.#queues.send(target.arn, event);
      return;
    }
    if (!target.arn.startsWith(`arn:${this.#identity.partition}:lambda:`)) {
      throw new AwsError("InvalidParameterException", `The local stack delivers events to Lambda functions and SQS queues only, not to ${target.arn}.`);
    }
    this.#iam.authorizeService(this.#caller(ruleArn), { action: "lambda:InvokeFunction", resource: target.arn });
    this.#invoker.invokeAsync(target.arn, event);
  }

  #failed(delivery: Delivery, failure: DeliveryFailure): void {
    const { maximumRetryAttempts, maximumEventAgeInSeconds } = delivery.target.retryPolicy;
    const retry = delivery.attempts + 1;
    const due = this.#clock.now() + this.#clock.scale(retryDelay(retry));
    const tooOld = due > delivery.createdAt + this.#clock.scale(maximumEventAgeInSeconds * 1000);
    if (!failure.retriable) {
      this.#giveUp(delivery, failure);
    } else if (retry > maximumRetryAttempts) {
      this.#giveUp(delivery, failure, "MaximumRetryAttempts");
    } else if (tooOld) {
      this.#giveUp(delivery, failure, "MaximumEventAgeInSeconds");
    } else {
      this.#store.run("UPDATE event_delivery SET attempts = ?, due_at = ? WHERE id = ?", retry, due, delivery.id);
      this.#retries.set(delivery.id, due);
    }
  }

  #giveUp(delivery: Delivery, failure: DeliveryFailure, condition?: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds"): void {
    this.#store.run("DELETE FROM event_delivery WHERE id = ?", delivery.id);
    const queueArn = delivery.target.deadLetterQueueArn;
    if (queueArn === undefined) return;
    try {
      this.#store.write(() => {
        this.#iam.authorizeService(this.#caller(delivery.ruleArn), { action: "sqs:SendMessage", resource: queueArn });
        this.#queues.send(queueArn, delivery.event, {
          RULE_ARN: delivery.ruleArn,
          TARGET_ARN: delivery.target.arn,
          ERROR_CODE: failure.code,
          ERROR_MESSAGE: failure.message,
          RETRY_ATTEMPTS: String(delivery.attempts),
          ...(condition === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: condition }),
        });
      });
    } catch (error) {
      // As on AWS, an event whose dead-letter queue refuses it is dropped; anything else is a fault of the stack.
      if (!(error instanceof AwsError)) throw error;
    }
  }

  #caller(ruleArn: string): ServiceCaller {
    return { service: "events.amazonaws.com", sourceArn: ruleArn };
  }

  #read(id: number): Delivery | undefined {
    const row = this.#store
      .prepare(
        "SELECT id, rule_arn AS ruleArn, target, event, created_at AS createdAt, attempts FROM event_delivery WHERE id = ?",
      )
      .get(id) as (Omit<Delivery, "target"> & { target: string }) | undefined;
    return row && { ...row, target: JSON.parse(row.target) as Target };
  }
}

function compileRule(rule: RuleDeclaration): Rule {
  try {
    return { arn: rule.arn, matches: compilePattern(rule.eventPattern), targets: rule.targets };
  } catch (error) {
    throw new UserError(`Rule ${rule.name}: ${(error as Error).message}`, { cause: error });
  }
}
