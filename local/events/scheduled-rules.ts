import type { Clock } from "../clock.ts";
import type { RuleDeclaration } from "../declarations.ts";
import { nextMoment } from "../../operator/schedule/next-moment.ts";
import type { Store } from "../store/store.ts";
import { TimerQueue } from "../timers.ts";

export const scheduledRulesSchema = `
CREATE TABLE IF NOT EXISTS event_schedule (
  rule_arn TEXT PRIMARY KEY,
  expression TEXT NOT NULL,
  anchor INTEGER NOT NULL,
  next_at INTEGER NOT NULL
);
`;

interface Row {
  readonly ruleArn: string;
  readonly expression: string;
  readonly anchor: number;
  readonly nextAt: number;
}

/**
 * The times at which scheduled rules fire. A time that passes while the stack is down fires once at its next start. Rates count from
 * the first start with the rule (EventBridge User Guide, "Rate expressions": from the rule's creation).
 */
export class ScheduledRules {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #fire: (ruleArn: string, time: number) => void;
  readonly #timers: TimerQueue<string>;
  #running = false;

  /** @param options.fire called in the transaction that records the next time */
  constructor(options: { store: Store; clock: Clock; fire: (ruleArn: string, time: number) => void }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#fire = options.fire;
    this.#timers = new TimerQueue(options.clock, (ruleArn) => this.#due(ruleArn));
  }

  /** Replaces the schedules. A rule whose expression has not changed keeps its times. */
  apply(rules: readonly Pick<RuleDeclaration, "arn" | "scheduleExpression">[]): void {
    this.#store.write((store) => {
      const arns = JSON.stringify(rules.map(({ arn }) => arn));
      store.run("DELETE FROM event_schedule WHERE rule_arn NOT IN (SELECT value FROM json_each(?))", arns);
      for (const { arn, scheduleExpression: expression } of rules) {
        if (expression === undefined || this.#read(arn)?.expression === expression) continue;
        const now = this.#clock.now();
        this.#put({ ruleArn: arn, expression, anchor: now, nextAt: now }, now);
      }
    });
    if (this.#running) this.#setTimers();
  }

  start(): void {
    this.#running = true;
    this.#setTimers();
  }

  stop(): void {
    this.#running = false;
    this.#timers.clear();
  }

  #due(ruleArn: string): void {
    if (!this.#running) return;
    this.#store.write(() => {
      const row = this.#read(ruleArn);
      const now = this.#clock.now();
      if (row === undefined || row.nextAt > now) return;
      this.#put(row, now);
      this.#fire(ruleArn, row.nextAt);
    });
    const next = this.#read(ruleArn)?.nextAt;
    if (next !== undefined) this.#timers.set(ruleArn, next);
  }

  /** Writes a schedule with its first time after `now`; a schedule without one is deleted. */
  #put({ ruleArn, expression, anchor }: Row, now: number): void {
    const timing = { scheduleExpression: expression, scheduleExpressionTimezone: "UTC", state: "ENABLED", flexibleTimeWindow: { mode: "OFF" } } as const;
    const next = nextMoment(timing, anchor, now);
    if (next === undefined) this.#store.run("DELETE FROM event_schedule WHERE rule_arn = ?", ruleArn);
    else this.#store.run("INSERT OR REPLACE INTO event_schedule (rule_arn, expression, anchor, next_at) VALUES (?, ?, ?, ?)", ruleArn, expression, anchor, next);
  }

  #setTimers(): void {
    this.#timers.clear();
    for (const { ruleArn, nextAt } of this.#store.prepare(SELECT).all() as unknown as Row[]) this.#timers.set(ruleArn, nextAt);
  }

  #read(ruleArn: string): Row | undefined {
    return this.#store.prepare(`${SELECT} WHERE rule_arn = ?`).get(ruleArn) as unknown as Row | undefined;
  }
}

const SELECT = "SELECT rule_arn AS ruleArn, expression, anchor, next_at AS nextAt FROM event_schedule";

/**
 * A rule's schedule expression: `rate` and `cron` in UTC, with the unit of 1 in the singular, as EventBridge takes them (User Guide,
 * "Schedule types for EventBridge rules").
 */
export function isRuleSchedule(expression: string): boolean {
  if (expression.startsWith("rate(")) return /^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)$/.test(expression);
  return expression.startsWith("cron(");
}
