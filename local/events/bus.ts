import type { Clock } from "../clock.ts";
import type { RuleDeclaration, StackDeclaration } from "../declarations.ts";
import { AwsError, UserError } from "../errors.ts";
import type { AccessControl, ServiceCaller } from "../iam/access.ts";
import type { Identity } from "../identity.ts";
import type { AsyncInvoker } from "../lambda/function-version.ts";
import { parseExpression } from "../../operator/schedule/expression.ts";
import type { MessageSender } from "../sqs/sender.ts";
import type { Store } from "../store/store.ts";
import { TimerQueue } from "../timers.ts";
import { type DeliveryFailure, deliveryFailure, retryDelay } from "./delivery.ts";
import type { BusEvent, EventPublisher } from "./event.ts";
import { type Envelope, envelopeOf } from "./envelope.ts";
import { compilePattern, type EventMatcher } from "./pattern.ts";
import { isRuleSchedule, ScheduledRules, scheduledRulesSchema } from "./scheduled-rules.ts";

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
${scheduledRulesSchema}`;

const DEFAULT_BUS = "default";

type Target = RuleDeclaration["targets"][number];

interface Rule {
  readonly arn: string;
  readonly busName: string;
  /** Absent for rules that have a schedule only. */
  readonly matches: EventMatcher | undefined;
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

/**
 * The event buses: events of the local services on the default bus, those of PutEvents on the bus they name, and those of schedules, to
 * the functions and queues that the program's rules name.
 */
export class EventBus implements EventPublisher {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #identity: Identity;
  readonly #iam: AccessControl;
  readonly #invoker: AsyncInvoker;
  readonly #queues: MessageSender;
  readonly #retries: TimerQueue<number>;
  readonly #schedules: ScheduledRules;
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
    this.#schedules = new ScheduledRules({ store: this.#store, clock: this.#clock, fire: (ruleArn, time) => this.#fire(ruleArn, time) });
  }

  /** @throws UserError naming the rule whose event pattern or schedule is not valid */
  apply(declaration: Pick<StackDeclaration, "rules">): void {
    const enabled = declaration.rules.filter((rule) => rule.state === "ENABLED");
    this.#rules = enabled.map(compileRule);
    this.#schedules.apply(enabled.filter((rule) => rule.scheduleExpression !== undefined));
  }

  /** Resumes deliveries that were not done when the stack ended. */
  start(): void {
    for (const { id, due } of this.#store.prepare("SELECT id, due_at AS due FROM event_delivery").all() as { id: number; due: number }[]) {
      this.#retries.set(id, due);
    }
    this.#schedules.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#schedules.stop();
    this.#retries.clear();
  }

  publish(event: BusEvent): void {
    this.put(event, DEFAULT_BUS);
  }

  /**
   * Puts an event on a bus. Without such a bus it is dropped, as on AWS.
   *
   * @param time epoch milliseconds; now when absent
   * @returns the event's id
   */
  put(event: BusEvent, busName: string, time?: number): string {
    const now = this.#clock.now();
    const envelope = envelopeOf(event, this.#identity, time ?? now);
    for (const rule of this.#rules) {
      if (rule.busName === busName && rule.matches?.(envelope) === true) this.#acceptAll(rule, envelope, now);
    }
    return envelope.id;
  }

  /** (EventBridge User Guide, "Schedule types for EventBridge rules": the event of a scheduled rule.) */
  #fire(ruleArn: string, time: number): void {
    const rule = this.#rules.find((each) => each.arn === ruleArn);
    if (rule === undefined) return;
    const event = { source: "aws.events", detailType: "Scheduled Event", resources: [ruleArn], detail: {} };
    this.#acceptAll(rule, envelopeOf(event, this.#identity, time), this.#clock.now());
  }

  #acceptAll(rule: Rule, envelope: Envelope, now: number): void {
    for (const target of rule.targets) this.#accept(rule.arn, target, target.input ?? JSON.stringify(envelope), now);
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

function compileRule({ name, arn, busName, eventPattern, scheduleExpression, targets }: RuleDeclaration): Rule {
  if (scheduleExpression !== undefined) requireSchedule(name, busName, scheduleExpression);
  try {
    return { arn, busName, matches: eventPattern && compilePattern(eventPattern), targets };
  } catch (error) {
    throw new UserError(`Rule ${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** @throws UserError */
function requireSchedule(name: string, busName: string, expression: string): void {
  if (busName !== DEFAULT_BUS) throw new UserError(`Rule ${name}: ScheduleExpression is supported only on the default event bus.`);
  try {
    if (!isRuleSchedule(expression)) throw new RangeError(expression);
    parseExpression(expression);
  } catch (error) {
    throw new UserError(`Rule ${name}: Parameter ScheduleExpression is not valid: ${expression}`, { cause: error });
  }
}
