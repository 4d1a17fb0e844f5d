import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { ScheduleDeclaration, StackDeclaration } from "../declarations.ts";
import { AwsError, UserError } from "../errors.ts";
import { arn } from "../identity.ts";
import type { Identity } from "../identity.ts";
import type { Store } from "../store/store.ts";
import { Deliveries, type DeliveryOptions } from "./deliveries.ts";
import { RepeatedTimers } from "./repeated-timers.ts";
import { type Schedule, type ScheduleGroup, Schedules } from "./schedules.ts";
import { changedSchedule, firedSchedule, newSchedule, sameTimes, withNext } from "./succession.ts";
import { catchUp } from "./timing.ts";
import { validateSchedule } from "./validation.ts";

export { schema } from "./schedules.ts";

/** A schedule as a caller describes it: its ARN follows from its names. */
export type ScheduleDefinition = Omit<ScheduleDeclaration, "arn">;

const DEFAULT_GROUP = "default";
/** How long a client token is remembered: longer than any client goes on trying. */
const TOKEN_LIFETIME_MS = 24 * 3_600_000;

/**
 * EventBridge Scheduler. AWS promises that a moment fires at least once; here it fires exactly once, over kills too: that
 * the moment has fired, the start of the target and the deletion of a one-time schedule are one transaction.
 *
 * Declared and created schedules are one table. A program applied again changes what changed in it since the last time,
 * as a deployment does, so a declared one-time schedule that has deleted itself does not come back.
 */
export class Scheduler {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #identity: Identity;
  readonly #schedules: Schedules;
  readonly #deliveries: Deliveries;
  readonly #timers: RepeatedTimers;
  #running = false;

  constructor(options: DeliveryOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#identity = options.identity;
    this.#schedules = new Schedules(options.store);
    this.#deliveries = new Deliveries(options, this.#schedules, (scheduleArn) => this.#deleteIfComplete(scheduleArn));
    this.#timers = new RepeatedTimers(options.clock, "The timer of", (scheduleArn) => this.#fire(scheduleArn));
    this.#schedules.putGroup(this.#newGroup(DEFAULT_GROUP));
  }

  /** @throws UserError naming a declared schedule that Scheduler would not take */
  apply(declaration: Pick<StackDeclaration, "scheduleGroups" | "schedules">): void {
    this.#store.write(() => {
      const before = this.#schedules.declared();
      const after = new Map<string, string>();
      for (const group of declaration.scheduleGroups) {
        after.set(group.arn, JSON.stringify(group));
        this.#schedules.putGroup(this.#newGroup(group.name));
      }
      for (const schedule of declaration.schedules) {
        after.set(schedule.arn, JSON.stringify(schedule));
        this.#takeUp(schedule, before.get(schedule.arn));
      }
      for (const removed of [...before.keys()].filter((key) => !after.has(key))) {
        this.#schedules.deleteGroup(removed);
        this.#schedules.delete(removed);
      }
      this.#schedules.setDeclared(after);
    });
    if (this.#running) this.#setTimers();
  }

  /** Fires what fell due while the stack was down, and goes on. */
  start(): void {
    this.#running = true;
    this.#setTimers();
    this.#deliveries.start();
  }

  stop(): void {
    this.#running = false;
    this.#timers.clear();
    this.#deliveries.stop();
  }

  scheduleArn(groupName: string, name: string): string {
    return arn(this.#identity, "scheduler", `schedule/${groupName}/${name}`);
  }

  groupArn(name: string): string {
    return arn(this.#identity, "scheduler", `schedule-group/${name}`);
  }

  /** Ordered by group and name. */
  list(): Schedule[] {
    return this.#schedules.all();
  }

  /** @throws AwsError ResourceNotFoundException */
  get(groupName: string, name: string): Schedule {
    const schedule = this.#schedules.find(this.scheduleArn(groupName, name));
    if (schedule === undefined) throw new AwsError("ResourceNotFoundException", `Schedule ${name} does not exist.`, 404);
    return schedule;
  }

  /**
   * Creates a schedule. One whose time has passed is taken, as on AWS; what AWS does with it is not documented, here it
   * fires at once.
   *
   * @param clientToken the same token and content again answer the same ARN, even if the schedule has fired and is gone
   * @returns the schedule's ARN
   * @throws AwsError ConflictException, ResourceNotFoundException (group), ValidationException
   */
  create(definition: ScheduleDefinition, clientToken?: string): string {
    return this.#once(clientToken, definition, () => {
      const schedule = { ...definition, arn: this.scheduleArn(definition.groupName, definition.name) };
      validateSchedule(schedule);
      this.getGroup(schedule.groupName);
      if (this.#schedules.find(schedule.arn) !== undefined) {
        throw new AwsError("ConflictException", `Schedule ${schedule.name} already exists.`, 409);
      }
      this.#deliveries.checkRole(schedule);
      this.#put(schedule, undefined);
      return schedule.arn;
    });
  }

  /**
   * Puts a new definition in place of a schedule's.
   *
   * @returns the schedule's ARN
   * @throws AwsError ResourceNotFoundException, ValidationException
   */
  update(definition: ScheduleDefinition): string {
    const existing = this.get(definition.groupName, definition.name);
    const schedule = { ...definition, arn: existing.definition.arn };
    validateSchedule(schedule);
    this.#deliveries.checkRole(schedule);
    this.#put(schedule, existing);
    return schedule.arn;
  }

  /** @throws AwsError ResourceNotFoundException */
  delete(groupName: string, name: string): void {
    const { definition } = this.get(groupName, name);
    this.#schedules.delete(definition.arn);
    this.#timers.delete(definition.arn);
  }

  /**
   * Starts the target at once, beside the schedule's own moments, which stay as they are.
   *
   * @throws AwsError ResourceNotFoundException
   */
  fireNow(groupName: string, name: string): void {
    const schedule = this.get(groupName, name);
    this.#store.write(() => this.#deliveries.begin(schedule, this.#clock.now()));
  }

  groups(): ScheduleGroup[] {
    return this.#schedules.groups();
  }

  /** @throws AwsError ResourceNotFoundException */
  getGroup(name: string): ScheduleGroup {
    const group = this.#schedules.group(name);
    if (group === undefined) throw new AwsError("ResourceNotFoundException", `Schedule group ${name} does not exist.`, 404);
    return group;
  }

  /** @throws AwsError ConflictException */
  createGroup(name: string, clientToken?: string): string {
    return this.#once(clientToken, { group: name }, () => {
      if (this.#schedules.group(name) !== undefined) throw new AwsError("ConflictException", `Schedule group ${name} already exists.`, 409);
      const group = this.#newGroup(name);
      this.#schedules.putGroup(group);
      return group.arn;
    });
  }

  /**
   * Deletes a group with all its schedules, at once.
   *
   * @throws AwsError ResourceNotFoundException, ValidationException (the default group)
   */
  deleteGroup(name: string): void {
    if (name === DEFAULT_GROUP) throw new AwsError("ValidationException", "The default schedule group cannot be deleted.");
    this.#schedules.deleteGroup(this.getGroup(name).arn);
  }

  #newGroup(name: string): ScheduleGroup {
    return { name, arn: this.groupArn(name), createdAt: this.#clock.now() };
  }

  #once(clientToken: string | undefined, content: object, create: () => string): string {
    const request = createHash("sha256").update(JSON.stringify(content)).digest("hex");
    const known = clientToken === undefined ? undefined : this.#schedules.findToken(clientToken);
    if (known?.request === request) return known.arn;
    if (known !== undefined) throw new AwsError("ConflictException", "The client token was used for another request.", 409);
    return this.#store.write(() => {
      const created = create();
      const now = this.#clock.now();
      if (clientToken !== undefined) {
        this.#schedules.putToken({ token: clientToken, request, arn: created, createdAt: now, forgetBefore: now - TOKEN_LIFETIME_MS });
      }
      return created;
    });
  }

  #takeUp(schedule: ScheduleDeclaration, before: string | undefined): void {
    if (before === JSON.stringify(schedule)) return;
    try {
      validateSchedule(schedule);
      this.getGroup(schedule.groupName);
    } catch (error) {
      throw new UserError(`Schedule ${schedule.name}: ${(error as Error).message}`, { cause: error });
    }
    const existing = this.#schedules.find(schedule.arn);
    // It has deleted itself, or someone has: a new target alone does not bring it back, to fire a second time.
    if (existing === undefined && before !== undefined && sameTimes(schedule, JSON.parse(before) as ScheduleDeclaration)) return;
    this.#put(schedule, existing);
  }

  #put(definition: ScheduleDeclaration, existing: Schedule | undefined): void {
    const now = this.#clock.now();
    const schedule = existing === undefined ? newSchedule(definition, now) : changedSchedule(existing, definition, now);
    this.#schedules.put(schedule);
    if (this.#running) this.#store.afterCommit(() => this.#setTimer(definition.arn));
  }

  #setTimers(): void {
    this.#timers.clear();
    for (const { definition, next } of this.#schedules.all()) {
      if (next !== undefined) this.#timers.set(definition.arn, next.fireAt);
    }
  }

  #setTimer(scheduleArn: string): void {
    const next = this.#schedules.find(scheduleArn)?.next;
    if (next === undefined) this.#timers.delete(scheduleArn);
    else if (this.#running) this.#timers.set(scheduleArn, next.fireAt);
  }

  #fire(scheduleArn: string): void {
    this.#store.write(() => {
      const schedule = this.#schedules.find(scheduleArn);
      const now = this.#clock.now();
      // Deleted or changed in the turn in which it fell due.
      if (schedule?.next === undefined || schedule.next.fireAt > now) return;
      const { definition, anchor } = schedule;
      const maximumAgeMs = definition.target.retryPolicy.maximumEventAgeInSeconds * 1000;
      const moment = catchUp(definition, anchor, schedule.next, now, maximumAgeMs);
      if (moment === undefined || moment > now) {
        this.#schedules.put(withNext(schedule, moment));
        return;
      }
      this.#schedules.put(firedSchedule(schedule, moment));
      this.#deliveries.begin(schedule, moment);
    });
    this.#setTimer(scheduleArn);
  }

  #deleteIfComplete(scheduleArn: string): void {
    const schedule = this.#schedules.find(scheduleArn);
    if (schedule?.definition.actionAfterCompletion !== "DELETE" || schedule.definition.state === "DISABLED") return;
    if (schedule.next === undefined && !this.#schedules.hasRetries(scheduleArn)) this.#schedules.delete(scheduleArn);
  }
}
