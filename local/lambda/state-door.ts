import * as z from "zod";
import type { DurableStateAccess } from "../durable/contract.ts";
import { checkpointSchema, parse, stateSchema } from "../durable/input.ts";
import { AwsError } from "../errors.ts";
import type { AccessControl, Principal } from "../iam/access.ts";
import type { Store } from "../store/store.ts";
import type { StateCall, StateRefusal } from "./channel-messages.ts";

const execution = { DurableExecutionArn: z.string() };
const checkpointInput = checkpointSchema.extend(execution);
const stateInput = stateSchema.extend(execution);

/** The durable API for processes on the fast channel: the same checks, in the same order, as at the HTTP door. */
export class StateDoor {
  readonly #engine: DurableStateAccess;
  readonly #iam: Pick<AccessControl, "authorize">;
  readonly #store: Pick<Store, "committed">;

  constructor(options: { engine: DurableStateAccess; iam: Pick<AccessControl, "authorize">; store: Pick<Store, "committed"> }) {
    this.#engine = options.engine;
    this.#iam = options.iam;
    this.#store = options.store;
  }

  /**
   * Answers when all that the call wrote is on disk, and so does a refusal: it can tell of something written a moment ago.
   *
   * @param caller the session of the function's role that the process runs under
   * @throws AwsError ValidationException, AccessDeniedException, InvalidParameterValueException
   */
  async call(caller: Principal, call: StateCall): Promise<unknown> {
    try {
      return this.#execute(caller, call);
    } finally {
      await this.#store.committed();
    }
  }

  #execute(caller: Principal, { operation, input }: StateCall): unknown {
    if (operation === "checkpoint") {
      const request = parse(checkpointInput, input);
      this.#iam.authorize(caller, { action: "lambda:CheckpointDurableExecution", resource: request.DurableExecutionArn });
      return this.#engine.checkpoint(request);
    }
    const request = parse(stateInput, input);
    this.#iam.authorize(caller, { action: "lambda:GetDurableExecutionState", resource: request.DurableExecutionArn });
    return this.#engine.getExecutionState(request);
  }
}

/** What the process is told of a call that failed. */
export function refusalOf(error: unknown): StateRefusal {
  if (error instanceof AwsError) return { name: error.code, message: error.message, httpStatusCode: error.status };
  return { name: "InternalFailure", message: `The local stack failed to process the request: ${String(error)}`, httpStatusCode: 500 };
}
