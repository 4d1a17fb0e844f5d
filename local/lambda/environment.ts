import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { after, scaleTimeout, type Cancel, type Clock } from "../clock.ts";
import type { Credentials, Principal } from "../iam/access.ts";
import type { Inspection } from "../inspect/inspection.ts";
import type { LogSink } from "../logs/log-sink.ts";
import type { FunctionVersion, InvocationOutcome } from "./function-version.ts";
import { reportLines, startLines } from "./invocation-report.ts";
import { isApplicationLogged, loggingOf } from "./log-levels.ts";
import { memoryWatch } from "./memory-watch.ts";
import { OutputLines } from "./output.ts";
import { onceEnded, outputOf, signalGroup, spawnGroup } from "./process-group.ts";
import { ProcessChannel } from "./process-channel.ts";
import { processVariables } from "./process-variables.ts";
import { RuntimeApi } from "./runtime-api.ts";
import type { ReportedError, RuntimeChannel, RuntimeEvents, RuntimeInvocation } from "./runtime-channel.ts";
import { LaunchError, launchOf } from "./runtimes.ts";
import type { StateDoor } from "./state-door.ts";

/** One invocation, as an environment takes it. */
export type EnvironmentInvocation = Pick<RuntimeInvocation, "event" | "requestId" | "clientContext"> & { readonly trace: string };

/** Where a function's invocations run, one at a time. */
export interface ExecutionEnvironment {
  /**
   * Runs one invocation; only after `onReady`.
   *
   * @param answered called once, in the turn of the answer and so before the next `onReady`; never after {@link end}
   */
  invoke(invocation: EnvironmentInvocation, answered: (outcome: InvocationOutcome) => void): void;
  /** Kills the environment without a word about what it was doing. */
  end(): void;
  /** The variable that its processes have and no others. */
  readonly marker: string;
}

/** Why an environment ended, as the invocation that it concerns is told. */
export type Failure = (requestId: string) => Extract<InvocationOutcome, { kind: "error" }>;

export interface EnvironmentOptions {
  readonly version: FunctionVersion;
  /** The session of the function's role that it runs under. */
  readonly principal: Principal;
  readonly credentials: Required<Credentials>;
  /** The durable API of the fast channel; without it every process speaks the HTTP Runtime API. */
  readonly stateDoor: StateDoor | undefined;
  readonly clock: Clock;
  readonly logs: LogSink;
  readonly region: string;
  /** URL of the gateway. */
  readonly endpoint: string;
  /** Where Node keeps compiled code between environments. */
  readonly compileCacheFolder: string;
  readonly inspection: Pick<Inspection, "variables"> | undefined;
  /** Ends processes that have left the environment's group, by {@link ExecutionEnvironment.marker}. */
  readonly killMarked: (marker: string) => void;
  /** It waits for an invocation: after its start, and after each invocation. */
  readonly onReady: () => void;
  /** Its process is gone. `failure` is set when that kept it from becoming ready for the first time. */
  readonly onEnded: (failure: Failure | undefined) => void;
}

/** Lambda's limit on loading a handler. Loading is real work, so it does not shrink when time runs faster. */
const INIT_TIMEOUT_MS = 10_000;

/** Code may look for the variable to see that it runs in Lambda, so it is there; no port has this number. */
const NO_RUNTIME_API = "127.0.0.1:0";

type State = "starting" | "ready" | "busy" | "settling" | "ended";

/** A child process that runs the function, on either channel. */
export class ProcessEnvironment implements ExecutionEnvironment {
  readonly #options: EnvironmentOptions;
  readonly #logStreamName: string;
  readonly #startedAt = performance.now();
  #state: State = "starting";
  #channel: RuntimeChannel | undefined;
  #process: ChildProcess | undefined;
  #output: OutputLines | undefined;
  #cancelTimeout: Cancel;
  /** Memory is watched while there is an invocation: idle environments cost nothing. */
  #unwatchMemory: () => void = () => undefined;
  /** Known before the process has ended; its exit explains itself otherwise. */
  #failure: Failure | undefined;
  #killed = false;
  #invocation: Invocation | undefined;
  #invocations = 0;
  #initMilliseconds: number | undefined;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    const { clock, version } = options;
    this.#logStreamName = `${new Date(clock.now()).toISOString().slice(0, 10).replaceAll("-", "/")}/[${version.version}]${randomBytes(16).toString("hex")}`;
    this.#cancelTimeout = after(clock, INIT_TIMEOUT_MS, () => this.#fail(timedOut(INIT_TIMEOUT_MS)));
    this.#start().catch((error: unknown) => this.#startFailed(error));
  }

  invoke({ requestId, trace, ...given }: EnvironmentInvocation, answered: (outcome: InvocationOutcome) => void): void {
    const { clock, version } = this.#options;
    this.#invocation = { requestId, startedAt: performance.now(), first: this.#invocations++ === 0, answered };
    this.#state = "busy";
    this.#output?.renew();
    this.#log(startLines(version, requestId));
    const timeout = version.timeoutSeconds * 1000;
    const scaled = scaleTimeout(clock, timeout);
    this.#cancelTimeout = after(clock, scaled, () => this.#fail(timedOut(timeout)));
    // The process compares it with the wall clock, which the stack's may be ahead of.
    const deadline = Date.now() + scaled;
    this.#watchMemory();
    this.#channel?.deliver({ ...given, requestId, deadline, functionArn: version.qualifiedArn, traceId: trace });
  }

  get marker(): string {
    return `AWS_LAMBDA_LOG_STREAM_NAME=${this.#logStreamName}`;
  }

  end(): void {
    this.#invocation = undefined;
    this.#kill();
  }

  async #start(): Promise<void> {
    const { version, credentials, stateDoor, principal, clock, region, endpoint, compileCacheFolder } = this.#options;
    const launch = await launchOf(version);
    if (launch.restored.length > 0) {
      this.#log([`[local stack] Files of the function's code had been changed and were restored: ${launch.restored.join(", ")}. On AWS they are read-only.`]);
    }
    const events: RuntimeEvents = {
      ready: () => this.#ready(),
      response: (payload) => this.#complete({ kind: "response", payload }),
      error: (error) => this.#complete({ kind: "error", ...error }),
      initError: (error) => this.#fail(reported(error)),
    };
    const fast = launch.channel === true ? stateDoor : undefined;
    const api = fast === undefined ? await RuntimeApi.listen(events) : undefined;
    this.#channel = api;
    if (this.#killed) {
      this.#ended(undefined);
      return;
    }
    const variables = processVariables(version, credentials, {
      region,
      endpoint,
      runtimeApi: api?.address ?? NO_RUNTIME_API,
      logStreamName: this.#logStreamName,
      speed: clock.speed,
      compileCacheFolder,
    });
    const environment = this.#options.inspection?.variables(version.functionName, variables) ?? variables;
    const child = spawnGroup(launch.command, launch.parameters, { folder: version.codeFolder, environment, channel: fast !== undefined });
    child.once("error", (error) => this.#startFailed(error));
    if (fast !== undefined) {
      this.#channel = new ProcessChannel(child, events, { durable: version.durable !== undefined, call: (call) => fast.call(principal, call) });
    }
    this.#process = child;
    this.#output = new OutputLines(outputOf(child), (lines) => this.#logApplication(lines));
    onceEnded(child, (code, signal) => this.#ended(exited(code, signal)));
  }

  /** What leaks is killed, and its invocation fails as on Lambda: "signal: killed". Node's heap has a limit of its own below this. */
  #watchMemory(): void {
    const group = this.#process?.pid;
    if (group === undefined) return;
    const limitBytes = this.#options.version.memoryMegabytes * 1024 * 1024;
    this.#unwatchMemory = memoryWatch.watch({ groups: () => [group], limitBytes, exceeded: () => this.#kill() });
  }

  #startFailed(error: unknown): void {
    const errorType = error instanceof LaunchError ? error.errorType : "Runtime.InvalidEntrypoint";
    const reason = error instanceof Error ? error.message : String(error);
    this.#ended((requestId) => platformError(errorType, requestId, reason));
  }

  #ready(): void {
    // A process that is being killed may still ask for more.
    if (this.#killed || (this.#state !== "starting" && this.#state !== "settling")) return;
    this.#cancelTimeout();
    this.#unwatchMemory();
    this.#initMilliseconds ??= performance.now() - this.#startedAt;
    this.#state = "ready";
    this.#options.onReady();
  }

  #complete(outcome: InvocationOutcome): void {
    if (this.#state !== "busy") return;
    // The time-out stays until the process asks for more: what it does after its answer is part of the invocation.
    this.#state = "settling";
    this.#report(outcome);
  }

  #fail(failure: Failure): void {
    this.#failure ??= failure;
    this.#kill();
  }

  #kill(): void {
    this.#killed = true;
    if (this.#process !== undefined) signalGroup(this.#process, "SIGKILL");
  }

  /** The outcome waits for the end of the process, so that no two invocations of one execution ever overlap. */
  #ended(failure: Failure | undefined): void {
    if (this.#state === "ended") return;
    const neverReady = this.#initMilliseconds === undefined;
    const cause = this.#failure ?? failure;
    this.#cancelTimeout();
    this.#unwatchMemory();
    this.#channel?.close();
    this.#state = "ended";
    if (this.#process !== undefined) this.#options.killMarked(this.marker);
    if (this.#invocation !== undefined && cause !== undefined) this.#report(cause(this.#invocation.requestId));
    this.#options.onEnded(neverReady ? cause : undefined);
  }

  #report(outcome: InvocationOutcome): void {
    const invocation = this.#invocation;
    if (invocation === undefined) return;
    this.#invocation = undefined;
    const durationMs = performance.now() - invocation.startedAt;
    invocation.answered(outcome);
    const initDurationMs = invocation.first ? (this.#initMilliseconds ?? 0) : undefined;
    const lines = reportLines(this.#options.version, { requestId: invocation.requestId, outcome, durationMs, initDurationMs }, this.#options.clock.now());
    // What the handler printed before it answered is still in the pipe, to be read in this turn.
    setImmediate(() => this.#log(lines));
  }

  #logApplication(lines: readonly string[]): void {
    const settings = loggingOf(this.#options.version);
    this.#log(lines.filter((line) => isApplicationLogged(settings, line)));
  }

  #log(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const timestamp = this.#options.clock.now();
    this.#options.logs.append(
      this.#options.version.logGroupName,
      this.#logStreamName,
      lines.map((message) => ({ timestamp, message })),
    );
  }
}

interface Invocation {
  readonly requestId: string;
  readonly startedAt: number;
  /** The first one of its environment, which its start-up belongs to. */
  readonly first: boolean;
  readonly answered: (outcome: InvocationOutcome) => void;
}

function platformError(errorType: string, requestId: string, reason: string): ReturnType<Failure> {
  return { kind: "error", errorType, errorMessage: `RequestId: ${requestId} Error: ${reason}` };
}

function timedOut(milliseconds: number): Failure {
  return (requestId) => platformError("Sandbox.Timedout", requestId, `Task timed out after ${(milliseconds / 1000).toFixed(2)} seconds`);
}

function exited(code: number | null, signal: NodeJS.Signals | null): Failure {
  const reason =
    signal !== null
      ? `Runtime exited with error: signal: ${SIGNAL_NAMES[signal] ?? signal}`
      : code === 0
        ? "Runtime exited without providing a reason"
        : `Runtime exited with error: exit status ${code ?? 0}`;
  return (requestId) => platformError("Runtime.ExitError", requestId, reason);
}

/** As Lambda writes them. */
const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: "killed",
  SIGABRT: "aborted",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
};

function reported(error: ReportedError): Failure {
  return () => ({ kind: "error", ...error });
}
