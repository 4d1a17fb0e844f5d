import { withoutStepUuids } from "./simulated.ts";

/** A call that changes something outside of the workflow. */
export interface Effect {
  /** Names what is called, such as `RunTask`. */
  readonly name: string;
  /** The service performs calls with the same token once. Made of execution, operation and attempt. */
  readonly token?: string;
  /** What is passed beside the token. */
  readonly parameters?: unknown;
  /**
   * Makes a repeated call the same effect although it has no token: the call sets something to a value, such as a stop of a named task.
   */
  readonly sets?: string;
}

/** An effect that has happened. */
export interface Performed extends Omit<Effect, "parameters"> {
  /** JSON. */
  readonly parameters: string;
  /** Kind and name of the operation whose code made the call. */
  readonly operation: string;
}

export function performed({ parameters, ...effect }: Effect, operation: string): Performed {
  return { ...effect, parameters: parameters === undefined ? "" : withoutStepUuids(JSON.stringify(parameters)), operation };
}

/** The effects of one name that differ: calls with the same token, or that set the same, are one. */
export function distinct(effects: readonly Performed[], name: string): readonly Performed[] {
  const seen = new Set<string>();
  return effects.filter((effect) => {
    if (effect.name !== name) return false;
    const key = effect.token ?? effect.sets;
    if (key === undefined) return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

type Input = Readonly<Record<string, unknown>>;

const READS = /^(?:Get|BatchGet|List|Describe|Query|Scan|Head|SendDurableExecutionCallbackHeartbeat)/;
/** Called again with the same input, these leave the same behind (API references). */
const SETTERS = /^(?:Stop|Delete|Put|Tag|Untag|SendDurableExecutionCallback)/;
const APPENDERS = /^Put(?:Events|Records?|RecordBatch|MetricData|LogEvents)$/;
const TOKENS = ["ClientToken", "clientToken", "ClientRequestToken", "clientRequestToken", "IdempotencyToken", "DurableExecutionName", "MessageDeduplicationId"];

/** The effect of a command of the AWS SDK. @returns undefined for a command that changes nothing */
export function effectOfCommand(command: string, input: Input): Effect | undefined {
  if (READS.test(command)) return undefined;
  const tokenName = TOKENS.find((name) => typeof input[name] === "string");
  if (tokenName !== undefined) {
    const { [tokenName]: token, ...parameters } = input;
    return { name: command, token: String(token), parameters };
  }
  const effect = { name: command, parameters: input };
  if (input["TableName"] !== undefined) return setsItem(command, input) ? { ...effect, sets: JSON.stringify(itemOf(input)) } : effect;
  return SETTERS.test(command) && !APPENDERS.test(command) ? { ...effect, sets: JSON.stringify(input) } : effect;
}

/** Whether a repeated write of a DynamoDB item leaves the same behind. A write that its condition refuses hasn't happened. */
function setsItem(command: string, { UpdateExpression, ConditionExpression, ExpressionAttributeValues }: Input): boolean {
  if (command === "DeleteItem") return true;
  if (command === "PutItem") return ConditionExpression === undefined;
  const adds = /\bADD\b|[+-]|list_append/i.test(String(UpdateExpression));
  // A set that is added twice is the same set.
  const sets = Object.values(ExpressionAttributeValues ?? {}).every((value) => !Object.hasOwn(value as object, "N"));
  return command === "UpdateItem" && (!adds || (/^ADD\b[^+-]*$/i.test(String(UpdateExpression)) && sets));
}

function itemOf({ TableName, Key, Item, UpdateExpression, ExpressionAttributeNames }: Input): object {
  return { TableName, Key, Item, UpdateExpression, ExpressionAttributeNames };
}
