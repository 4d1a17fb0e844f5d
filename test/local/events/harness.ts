import { type Clock, createClock } from "../../../local/clock.ts";
import type { RuleDeclaration } from "../../../local/declarations.ts";
import { AwsError } from "../../../local/errors.ts";
import { EventBus, schema } from "../../../local/events/bus.ts";
import type { AccessControl, AccessRequest, ServiceCaller } from "../../../local/iam/access.ts";
import { Store } from "../../../local/store/store.ts";
import { until } from "../ecs/fixtures.ts";
import { identity } from "../iam/fixtures.ts";

export const RULE = "arn:aws:events:eu-west-1:000000000000:rule/stopped";
export const TARGET = "arn:aws:lambda:eu-west-1:000000000000:function:watchdog:live";
export const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:dead";

export const EVENT = { source: "aws.ecs", detailType: "ECS Task State Change", resources: ["task"], detail: { lastStatus: "STOPPED" } };

type Target = RuleDeclaration["targets"][number];

export function rule(options: Partial<RuleDeclaration> & { target?: Partial<Target> } = {}): RuleDeclaration {
  const { target, ...others } = options;
  const retryPolicy = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 2 };
  return {
    arn: RULE,
    name: "stopped",
    busName: "default",
    state: "ENABLED",
    eventPattern: { source: ["aws.ecs"], detail: { lastStatus: ["STOPPED"] } },
    targets: [{ id: "watchdog", arn: TARGET, deadLetterQueueArn: QUEUE, retryPolicy, ...target }],
    ...others,
  };
}

/** The bus, with a function, a queue and an IAM that can be told to fail. */
export class Harness {
  readonly store: Store;
  readonly bus: EventBus;
  readonly invocations: { functionArn: string; event: Record<string, unknown> }[] = [];
  readonly deadLetters: { queueArn: string; body: string; attributes: Record<string, string> }[] = [];
  readonly asked: [ServiceCaller, AccessRequest][] = [];
  readonly attempts: number[] = [];
  fail: (() => Error | undefined) | undefined;
  denied: string | undefined;

  constructor(options: { file?: string; clock?: Clock; rules?: readonly RuleDeclaration[] } = {}) {
    this.store = Store.open({ file: options.file ?? ":memory:", schemas: [schema, "CREATE TABLE IF NOT EXISTS accepted (event TEXT)"] });
    const iam: Pick<AccessControl, "authorizeService"> = {
      authorizeService: (caller, request) => {
        this.asked.push([caller, request]);
        if (this.denied === request.action) throw new AwsError("AccessDeniedException", `not authorized to perform: ${request.action}`, 403);
      },
    };
    this.bus = new EventBus({
      store: this.store,
      clock: options.clock ?? createClock(1000),
      identity,
      // The bus asks IAM for nothing else.
      iam: iam as AccessControl,
      invoker: {
        invokeAsync: (functionArn, payload) => {
          this.attempts.push(Date.now());
          this.store.run("INSERT INTO accepted (event) VALUES (?)", payload);
          const failure = this.fail?.();
          if (failure !== undefined) throw failure;
          this.invocations.push({ functionArn, event: JSON.parse(payload) as Record<string, unknown> });
          return {};
        },
      },
      queues: { send: (queueArn, body, attributes = {}) => void this.deadLetters.push({ queueArn, body, attributes: { ...attributes } }) },
    });
    this.bus.apply({ rules: options.rules ?? [rule()] });
  }

  count(table: "event_delivery" | "accepted"): number {
    return (this.store.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count;
  }

  async settled(): Promise<void> {
    await this.store.committed();
    await until(() => this.count("event_delivery") === 0, "all deliveries to be done");
    await this.store.committed();
  }

  [Symbol.dispose](): void {
    this.bus.stop();
    this.store.close();
  }
}
