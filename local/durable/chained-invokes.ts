import { contain } from "../contain.ts";
import { AwsError } from "../errors.ts";
import type { AccessControl } from "../iam/access.ts";
import type { Identity } from "../identity.ts";
import type { FunctionDirectory, FunctionVersion, HandlerInvoker } from "../lambda/function-version.ts";
import { assumeFunctionRole } from "../lambda/function-session.ts";
import { parseFunctionName } from "../lambda/names.ts";
import type { Store } from "../store/store.ts";
import { executionArn } from "./execution-arn.ts";
import type { LiveExecution } from "./live-execution.ts";
import type { ChainedTarget } from "./machine/checkpoint.ts";
import { invalid } from "./machine/invalid.ts";
import { type ChainedOutcome, endChainedInvoke } from "./machine/outside.ts";
import type { OperationUpdate } from "./operation.ts";
import type { DurableRepository, FunctionInvoke } from "./repository.ts";
import type { ExecutionRunner } from "./runner.ts";
import { newExecutionId } from "./secrets.ts";
import type { ExecutionStarts } from "./starts.ts";

/** Where a checkpoint's chained invokes go. */
export interface ResolvedInvokes {
  readonly targets: ReadonlyMap<string, ChainedTarget>;
  readonly starts: readonly ChainedStart[];
}

interface ChainedStart {
  readonly operationId: string;
  readonly version: FunctionVersion;
  readonly input: string;
  /** Set for a durable function. */
  readonly executionId?: string;
}

const NONE: ResolvedInvokes = { targets: new Map(), starts: [] };

/** Functions that executions invoke, with the role of the function that invokes them. */
export class ChainedInvokes {
  readonly #identity: Identity;
  readonly #functions: FunctionDirectory;
  readonly #iam: AccessControl;
  readonly #store: Store;
  readonly #invoker: HandlerInvoker;
  readonly #repository: DurableRepository;
  readonly #runner: ExecutionRunner;
  readonly #starts: ExecutionStarts;

  constructor(options: {
    identity: Identity;
    functions: FunctionDirectory;
    iam: AccessControl;
    store: Store;
    invoker: HandlerInvoker;
    repository: DurableRepository;
    runner: ExecutionRunner;
    starts: ExecutionStarts;
  }) {
    this.#identity = options.identity;
    this.#functions = options.functions;
    this.#iam = options.iam;
    this.#store = options.store;
    this.#invoker = options.invoker;
    this.#repository = options.repository;
    this.#runner = options.runner;
    this.#starts = options.starts;
  }

  /** Invokes again the plain functions that had not answered when the stack ended: they may run twice, as on AWS. */
  resume(): void {
    for (const invoke of this.#repository.functionInvokes()) this.#invokeAfterCommit(invoke);
  }

  /**
   * Works out where a checkpoint's chained invokes go. A function that does not exist or may not be invoked fails the
   * operation, not the checkpoint.
   *
   * @throws AwsError InvalidParameterValueException for a function in another account or Region
   */
  resolve(caller: LiveExecution, updates: readonly OperationUpdate[]): ResolvedInvokes {
    if (!updates.some(({ Type }) => Type === "CHAINED_INVOKE")) return NONE;
    const targets = new Map<string, ChainedTarget>();
    const starts: ChainedStart[] = [];
    for (const { Type, Id: operationId, Payload: input = "{}", ChainedInvokeOptions } of updates) {
      const name = ChainedInvokeOptions?.FunctionName;
      if (Type !== "CHAINED_INVOKE" || operationId === undefined || name === undefined) continue;
      this.#requireSameRegion(name);
      try {
        const version = this.#target(caller, name);
        const executionId = version.durable === undefined ? undefined : newExecutionId();
        targets.set(operationId, { executedVersion: version.version, executionArn: executionId && this.#arn(version, executionId) });
        starts.push({ operationId, version, input, executionId });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        targets.set(operationId, { error: { ErrorType: error.code, ErrorMessage: error.message } });
      }
    }
    return { targets, starts };
  }

  /** Starts what a checkpoint that has been taken invokes, in its transaction. */
  start(caller: number, { starts }: ResolvedInvokes): void {
    for (const { operationId, version, input, executionId } of starts) {
      if (executionId !== undefined) {
        this.#starts.create({ version, name: executionId, executionId, input, origin: "Chained", parent: { id: caller, operationId } });
        continue;
      }
      const invoke = { execution: caller, operation: operationId, functionArn: version.qualifiedArn, input };
      this.#repository.addFunctionInvoke(invoke);
      this.#invokeAfterCommit(invoke);
    }
  }

  /** Tells the execution that invoked how it ended. */
  end(caller: number, operationId: string, outcome: ChainedOutcome): void {
    const live = this.#runner.load(caller);
    if (live === undefined) return;
    const moment = this.#runner.moment();
    this.#runner.catchUp(live, moment);
    this.#runner.persist(live, endChainedInvoke(live.state, { operationId, outcome }, moment));
    this.#runner.settle(live, moment);
  }

  #target(caller: LiveExecution, name: string): FunctionVersion {
    const { version, qualified } = this.#functions.resolve(name);
    const invoker = caller.invocation?.version;
    if (invoker !== undefined) {
      const { arn } = parseFunctionName(name, undefined, this.#identity);
      this.#iam.authorize(assumeFunctionRole(this.#iam, this.#identity, invoker), { action: "lambda:InvokeFunction", resource: arn });
    }
    if (version.durable !== undefined && !qualified) throw invalid("You cannot invoke a durable function using an unqualified ARN.");
    return version;
  }

  #requireSameRegion(name: string): void {
    const [, , , region, account] = name.startsWith("arn:") ? name.split(":") : [];
    if (account !== undefined && account !== this.#identity.accountId) throw invalid("Cannot start a CHAINED_INVOKE on a function in another account.");
    if (region !== undefined && region !== this.#identity.region) throw invalid("Cannot start a CHAINED_INVOKE on a function in another region.");
  }

  #arn({ functionName, version }: FunctionVersion, executionId: string): string {
    return executionArn(this.#identity, { functionName, version, name: executionId, executionId });
  }

  #invokeAfterCommit(invoke: FunctionInvoke): void {
    this.#store.afterCommit(() => {
      void this.#invoke(invoke);
    });
  }

  async #invoke({ execution, operation, functionArn, input }: FunctionInvoke): Promise<void> {
    const outcome = await this.#outcome(functionArn, input);
    if (this.#runner.stopped) return;
    contain("The end of a chained invoke", () => {
      this.#repository.removeFunctionInvoke(execution, operation);
      this.end(execution, operation, outcome);
    });
  }

  async #outcome(functionArn: string, input: string): Promise<ChainedOutcome> {
    const version = this.#functions.find(functionArn);
    if (version === undefined) return failed("ResourceNotFoundException", `Function not found: ${functionArn}`);
    const outcome = await this.#invoker.invoke(version, input, newExecutionId());
    if (outcome.kind === "response") return { status: "SUCCEEDED", result: outcome.payload };
    return failed(outcome.errorType, outcome.errorMessage, outcome.stackTrace);
  }
}

function failed(ErrorType: string, ErrorMessage: string, StackTrace?: readonly string[]): ChainedOutcome {
  return { status: "FAILED", error: { ErrorType, ErrorMessage, StackTrace } };
}
