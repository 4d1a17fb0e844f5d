import { availableParallelism, totalmem } from "node:os";
import type { Clock } from "../clock.ts";
import { AwsError } from "../errors.ts";
import type { AccessControl, Credentials, Principal } from "../iam/access.ts";
import type { Identity } from "../identity.ts";
import { RoleLogSink, type LogGroups } from "../logs/role-log-sink.ts";
import type { Inspection } from "../inspect/inspection.ts";
import { TimerQueue } from "../timers.ts";
import { ProcessEnvironment, type EnvironmentInvocation, type ExecutionEnvironment, type Failure } from "./environment.ts";
import { assumeFunctionRole } from "./function-session.ts";
import type { FunctionVersion, HandlerInvoker, InvocationDetails, InvocationOutcome } from "./function-version.ts";
import { SAMPLE_MS, SpareTime } from "./spare-time.ts";
import { killMarked } from "./stragglers.ts";
import { traceHeader } from "./trace-header.ts";
import type { StateDoor } from "./state-door.ts";

export interface EnvironmentPoolOptions {
  readonly clock: Clock;
  readonly identity: Identity;
  readonly iam: AccessControl;
  readonly logs: LogGroups;
  /** URL of the gateway, which may listen only after the pool was made. */
  readonly endpoint: () => string;
  /** Where Node keeps compiled code between environments; made when missing. */
  readonly compileCacheFolder: string;
  /** The durable API for Node functions, which then use the fast channel; without it all use the HTTP Runtime API. */
  readonly stateDoor?: StateDoor;
  /** As many of one version start as soon as there is work for them, 1 or more. Default: twice the cores, at least 6. */
  readonly environmentsPerVersion?: number;
  /** Functions that are inspected: they run in one environment for each version, so that the debugger sees every invocation. */
  readonly inspection?: Pick<Inspection, "has" | "variables">;
  /** Lets one more start beyond that. Default: while this machine's processors have time to spare. */
  readonly spareTime?: Pick<SpareTime, "take">;
  /** Upper bound in all, 1 or more; by the machine's memory there are 64 at most. */
  readonly environments?: number;
}

/**
 * More processes than cores let handlers that wait for an answer share them. Handlers that wait longer, for a service or
 * a timer, would leave the cores idle: then more start, one after the other. On two cores 6 do a twelfth more than 4 when
 * all wait for commits, and 8 no more than 6.
 */
const ENVIRONMENTS_PER_VERSION = Math.max(6, 2 * availableParallelism());
const MEBIBYTE = 1024 * 1024;
/** What a container may use, where this runs in one with a limit. */
const MEMORY = Math.min(totalmem(), process.constrainedMemory() || Infinity);
/** An idle Node process has some 50 MiB to itself: 64 of them at most, and not more than a quarter of the memory. */
const ENVIRONMENTS = Math.max(8, Math.min(64, Math.floor(MEMORY / 4 / (50 * MEBIBYTE))));
/** Long enough for somebody who tries things by hand, short enough to give the memory back. */
const IDLE_MS = 5 * 60_000;
/** Of those beyond the number that starts at once. */
const SURPLUS_IDLE_MS = 30_000;

/** A version, its environments and what waits for one. */
interface Fleet {
  readonly version: FunctionVersion;
  readonly queue: Waiting[];
  readonly members: Set<Member>;
  /** Set while nobody needs the version: resolves when its last environment has ended. */
  retired?: PromiseWithResolvers<void>;
}

interface Waiting extends EnvironmentInvocation {
  readonly resolve: (outcome: InvocationOutcome) => void;
}

interface Member {
  readonly fleet: Fleet;
  readonly environment: ExecutionEnvironment;
  readonly accessKeyId: string;
  /** `settling`: has answered and not yet asked for more. */
  state: "starting" | "idle" | "busy" | "settling" | "ending";
  idleSince: number;
  /** The version that it makes room for by ending. */
  heir?: Fleet;
}

/**
 * Runs handlers in execution environments: as many of a version as its load asks for and this machine can do with, one
 * invocation in each at a time. What finds no free environment waits its turn.
 */
export class EnvironmentPool implements HandlerInvoker {
  readonly #options: EnvironmentPoolOptions;
  readonly #perVersion: number;
  readonly #total: number;
  readonly #spareTime: Pick<SpareTime, "take">;
  /** By {@link fleetKey}. */
  readonly #fleets = new Map<string, Fleet>();
  readonly #members = new Set<Member>();
  readonly #idleTimers: TimerQueue<Member>;
  readonly #drained = Promise.withResolvers<undefined>();
  #stopped = false;
  /** Set while work waits for processors to come to rest. */
  #look: NodeJS.Timeout | undefined;

  constructor(options: EnvironmentPoolOptions) {
    this.#options = options;
    this.#perVersion = options.environmentsPerVersion ?? ENVIRONMENTS_PER_VERSION;
    this.#total = Math.min(options.environments ?? ENVIRONMENTS, ENVIRONMENTS);
    this.#spareTime = options.spareTime ?? new SpareTime();
    this.#idleTimers = new TimerQueue(options.clock, (member) => this.#end(member));
  }

  invoke(version: FunctionVersion, event: string, requestId: string, { trace, clientContext }: InvocationDetails = {}): Promise<InvocationOutcome> {
    const { promise, resolve } = Promise.withResolvers<InvocationOutcome>();
    let fleet = this.#fleets.get(fleetKey(version));
    if (fleet === undefined) this.#fleets.set(fleetKey(version), (fleet = { version, queue: [], members: new Set() }));
    fleet.queue.push({ event, requestId, trace: trace ?? traceHeader(requestId, this.#options.clock.now()), clientContext, resolve });
    this.#dispatch(fleet);
    return promise;
  }

  /** Versions that have an invocation waiting or under way. */
  busy(): FunctionVersion[] {
    return [...this.#fleets.values()].filter(({ queue, members }) => queue.length > 0 || [...members].some(({ state }) => state === "busy")).map(({ version }) => version);
  }

  /**
   * Ends the environments of versions that nobody needs, each when it has done its work.
   *
   * @returns when they have ended
   */
  async retire(isNeeded: (version: FunctionVersion) => boolean): Promise<void> {
    const fleets = [...this.#fleets.values()].filter(({ version }) => !isNeeded(version));
    await Promise.all(
      fleets.map((fleet) => {
        fleet.retired ??= Promise.withResolvers();
        for (const member of fleet.members) if (member.state === "idle") this.#end(member);
        return fleet.retired.promise;
      }),
    );
  }

  /**
   * Kills every environment. Invocations that were under way or waiting never get an outcome, as after a kill of the
   * stack: whoever asked for them has stopped, or asks again after the next start.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#look);
    this.#idleTimers.clear();
    for (const member of this.#members) this.#end(member);
    killMarked([...this.#members].map(({ environment }) => environment.marker));
    if (this.#members.size > 0) await this.#drained.promise;
  }

  /** Hands out what waits to idle environments, and starts more where that is not enough. */
  #dispatch(fleet: Fleet): void {
    if (this.#stopped) return;
    for (const member of fleet.members) {
      if (member.state !== "idle") continue;
      const waiting = fleet.queue.shift();
      if (waiting === undefined) break;
      this.#run(member, waiting);
    }
    let starting = 0;
    let settling = 0;
    for (const { state } of fleet.members) {
      if (state === "starting") starting++;
      else if (state === "settling") settling++;
    }
    while (fleet.queue.length > starting + settling && this.#mayGrow(fleet, starting) && this.#hasRoomFor(fleet)) {
      if (this.#start(fleet)) starting++;
    }
    if (fleet.queue.length === 0 && fleet.members.size === 0) this.#fleets.delete(fleetKey(fleet.version));
  }

  #run(member: Member, { resolve, ...invocation }: Waiting): void {
    this.#idleTimers.delete(member);
    member.state = "busy";
    member.environment.invoke(invocation, (outcome) => {
      member.state = "settling";
      resolve(outcome);
    });
  }

  #mayGrow(fleet: Fleet, starting: number): boolean {
    if (fleet.members.size < this.#perVersion) return fleet.members.size === 0 || this.#options.inspection?.has(fleet.version.functionName) !== true;
    if (starting > 0 || this.#members.size >= this.#total) return false;
    if (this.#spareTime.take()) return true;
    this.#lookAgain();
    return false;
  }

  /** All environments of a version may be busy for long: nothing else would tell that the processors have come to rest. */
  #lookAgain(): void {
    this.#look ??= setTimeout(() => {
      this.#look = undefined;
      for (const fleet of this.#fleets.values()) this.#dispatch(fleet);
    }, SAMPLE_MS).unref();
  }

  /** Whether one more environment may start; when not, has the longest idle one make room for it. */
  #hasRoomFor(fleet: Fleet): boolean {
    if (this.#members.size < this.#total) return true;
    let longestIdle: Member | undefined;
    for (const member of this.#members) {
      if (member.state === "ending") return false;
      if (member.state === "idle" && member.idleSince < (longestIdle?.idleSince ?? Infinity)) longestIdle = member;
    }
    if (longestIdle !== undefined) {
      longestIdle.heir = fleet;
      this.#end(longestIdle);
    }
    return false;
  }

  /** @returns false when Lambda cannot have the function's role: what waited longest fails with that */
  #start(fleet: Fleet): boolean {
    const { clock, identity, iam, logs, endpoint, compileCacheFolder, stateDoor, inspection } = this.#options;
    const { version } = fleet;
    let principal: Principal;
    let credentials: Required<Credentials>;
    try {
      principal = assumeFunctionRole(iam, identity, version);
      credentials = iam.issueCredentials(principal);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      fleet.queue.shift()?.resolve({ kind: "error", errorType: error.code, errorMessage: error.message });
      return false;
    }
    const environment = new ProcessEnvironment({
      version,
      principal,
      credentials,
      stateDoor,
      clock,
      logs: new RoleLogSink({ logs, iam, identity, session: principal }),
      region: identity.region,
      endpoint: endpoint(),
      compileCacheFolder,
      inspection,
      killMarked: (marker) => {
        // A pool that stops has searched for all of them at once.
        if (!this.#stopped) killMarked([marker]);
      },
      onReady: () => this.#ready(member),
      onEnded: (failure) => this.#ended(member, failure),
    });
    const member: Member = { fleet, environment, accessKeyId: credentials.accessKeyId, state: "starting", idleSince: 0 };
    fleet.members.add(member);
    this.#members.add(member);
    return true;
  }

  #ready(member: Member): void {
    if (member.state === "ending") return;
    const now = this.#options.clock.now();
    const justStarted = member.state === "starting";
    member.state = "idle";
    member.idleSince = now;
    this.#idleTimers.set(member, now + (member.fleet.members.size > this.#perVersion ? SURPLUS_IDLE_MS : IDLE_MS));
    // A new environment serves at least once, or two versions could take one's room from each other for ever.
    if (justStarted) this.#dispatch(member.fleet);
    const starved = this.#starved();
    if (starved !== undefined) this.#dispatch(starved);
    this.#dispatch(member.fleet);
    if (member.fleet.retired !== undefined && isIdle(member)) this.#end(member);
  }

  /** A version that has work and no environment while the pool is full: it goes before the next work of any other. */
  #starved(): Fleet | undefined {
    if (this.#members.size < this.#total) return undefined;
    for (const fleet of this.#fleets.values()) if (fleet.queue.length > 0 && fleet.members.size === 0) return fleet;
    return undefined;
  }

  #end(member: Member): void {
    member.state = "ending";
    member.environment.end();
  }

  #ended(member: Member, failure: Failure | undefined): void {
    this.#idleTimers.delete(member);
    this.#members.delete(member);
    member.fleet.members.delete(member);
    if (member.fleet.members.size === 0 && member.fleet.queue.length === 0) member.fleet.retired?.resolve();
    this.#options.iam.revokeCredentials(member.accessKeyId);
    if (this.#stopped) {
      if (this.#members.size === 0) this.#drained.resolve(undefined);
      return;
    }
    if (failure !== undefined) {
      const waiting = member.fleet.queue.shift();
      waiting?.resolve(failure(waiting.requestId));
    }
    if (member.heir !== undefined) this.#dispatch(member.heir);
    for (const fleet of this.#fleets.values()) this.#dispatch(fleet);
  }
}

/** Of an unpublished function all code has the qualified ARN of `$LATEST`, so that the ARN alone is not enough. */
function fleetKey({ qualifiedArn, configurationHash, codeFolder }: FunctionVersion): string {
  return [qualifiedArn, configurationHash, codeFolder].join("\n");
}

/** A function, because dispatching changes the state behind the compiler's back. */
function isIdle({ state }: Member): boolean {
  return state === "idle";
}
