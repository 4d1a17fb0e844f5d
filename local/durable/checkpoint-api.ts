import type { ChainedInvokes } from "./chained-invokes.ts";
import type { CheckpointRequest, CheckpointResponse, DurableStateAccess, StateRequest, StateResponse } from "./contract.ts";
import { type Invocation, type LiveExecution, maxResultBytes } from "./live-execution.ts";
import { checkpoint } from "./machine/checkpoint.ts";
import { invalid } from "./machine/invalid.ts";
import type { Operation, OperationUpdate } from "./operation.ts";
import { operationView } from "./operation-view.ts";
import type { ExecutionRunner } from "./runner.ts";
import { newCallbackId, newCheckpointToken, tokenOwner } from "./secrets.ts";
import { statePage, takeChanged } from "./state-page.ts";
import { hasEnded } from "./status.ts";

const NO_UPDATES: readonly OperationUpdate[] = [];
/** The response to a checkpoint that meets a pause. AWS's test server shows no operations in it either (aws-durable-execution-sdk-python-testing 1.4.0). */
const PAUSED_RESPONSE: CheckpointResponse = { NewExecutionState: { Operations: [] } };

/** What a running handler asks of its execution, under the rules of checkpoint tokens. */
export class CheckpointApi implements DurableStateAccess {
  readonly #runner: ExecutionRunner;
  readonly #chained: ChainedInvokes;

  constructor({ runner }: { runner: ExecutionRunner }, chained: ChainedInvokes) {
    this.#runner = runner;
    this.#chained = chained;
  }

  checkpoint(request: CheckpointRequest): CheckpointResponse {
    const { CheckpointToken: token, ClientToken: clientToken, Updates: updates = NO_UPDATES } = request;
    const live = this.#runner.resident(request.DurableExecutionArn);
    const answered = live?.invocation?.answered;
    // A client that lost an answer asks again with the same two tokens, the second of which has been used up by then.
    if (answered !== undefined && clientToken !== undefined && answered.clientToken === clientToken && answered.token === token) {
      return answered.response;
    }
    const moment = this.#runner.moment();
    if (live !== undefined) this.#runner.catchUp(live, moment);
    const { execution, invocation } = this.#authorized(live, token);
    const invokes = this.#chained.resolve(execution, updates);
    const { events, limit } = checkpoint(
      execution.state,
      {
        updates,
        invocation,
        maxResultBytes: maxResultBytes(execution),
        callbackId: (operationId) => newCallbackId({ id: execution.row.id, operationId }),
        targets: invokes.targets,
      },
      moment,
    );
    this.#runner.persist(execution, events);
    if (limit !== undefined) throw invalid(limit.ErrorMessage ?? "");
    this.#chained.start(execution.row.id, invokes);
    this.#runner.settle(execution, moment);
    const response = this.#answer(execution, invocation, updates);
    invocation.answered = { clientToken, token, response };
    return response;
  }

  getExecutionState(request: StateRequest): StateResponse {
    const live = this.#runner.resident(request.DurableExecutionArn);
    const { execution } = this.#authorized(live, request.CheckpointToken);
    const { operations, nextMarker } = statePage(execution.state, request.Marker, request.MaxItems);
    return { Operations: operations.map((text) => JSON.parse(text) as Operation), NextMarker: nextMarker };
  }

  /** The execution, if the token is the one that its running invocation holds. */
  #authorized(live: LiveExecution | undefined, token: string): { execution: LiveExecution; invocation: Invocation } {
    if (live?.invocation?.token === token) return { execution: live, invocation: live.invocation };
    const owner = tokenOwner(token);
    if (live !== undefined && owner !== undefined && owner !== live.row.id) {
      throw invalid("Checkpoint token is not valid for the durable execution ARN");
    }
    throw invalid("Invalid checkpoint token");
  }

  #answer(execution: LiveExecution, invocation: Invocation, updates: readonly OperationUpdate[]): CheckpointResponse {
    const { state } = execution;
    if (state.status === "PAUSED") return PAUSED_RESPONSE;
    const own = new Set<string>();
    for (const { Id, Type } of updates) if (Id !== undefined && Type !== "EXECUTION") own.add(Id);
    const Operations = takeChanged(state, own, invocation.unseen).map((record) => operationView(state, record));
    if (hasEnded(state.status)) return { NewExecutionState: { Operations } };
    invocation.token = newCheckpointToken(execution.row.id);
    return { CheckpointToken: invocation.token, NewExecutionState: { Operations } };
  }
}
