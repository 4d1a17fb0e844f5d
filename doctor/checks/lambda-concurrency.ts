import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand, type LambdaClient, ResourceNotFoundException } from "@aws-sdk/client-lambda";
import { ok, problem, warning, type Judgement } from "../finding.ts";

export interface Concurrency {
  /** Concurrent invocations of the account. */
  readonly limit: number;
  /** What no function has reserved. */
  readonly unreserved: number;
  /** What the stack's watchdog has reserved already. */
  readonly ownReserved: number;
}

/** Limit of new accounts (Lambda Developer Guide, "Lambda quotas": new accounts start with reduced concurrency). */
const NEW_ACCOUNT_LIMIT = 10;
/** Lambda leaves at least so many unreserved (Lambda Developer Guide, "Configuring reserved concurrency"). */
const ALWAYS_UNRESERVED = 100;
/** Service Quotas' code of Lambda's "Concurrent executions". */
const QUOTA_CODE = "L-B99A9384";

/** @param watchdog name of the function that reserves concurrency, if the settings say so */
export async function readConcurrency(lambda: LambdaClient, watchdog: string | undefined): Promise<Concurrency> {
  const { AccountLimit: limit } = await lambda.send(new GetAccountSettingsCommand({}));
  if (limit?.ConcurrentExecutions === undefined || limit.UnreservedConcurrentExecutions === undefined) throw new Error("The response has no AccountLimit.");
  return {
    limit: limit.ConcurrentExecutions,
    unreserved: limit.UnreservedConcurrentExecutions,
    ownReserved: watchdog === undefined ? 0 : await readReserved(lambda, watchdog),
  };
}

async function readReserved(lambda: LambdaClient, functionName: string): Promise<number> {
  try {
    const { ReservedConcurrentExecutions: reserved = 0 } = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: functionName }));
    return reserved;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return 0;
    throw error;
  }
}

/** @param reserve the setting watchdogReservedConcurrency; 0 reserves none */
export function judgeConcurrency({ limit, unreserved, ownReserved }: Concurrency, reserve: number): Judgement {
  const more = `ask for more: aws service-quotas request-service-quota-increase --service-code lambda --quota-code ${QUOTA_CODE} --desired-value 1000`;
  const reservable = Math.max(0, unreserved + ownReserved - ALWAYS_UNRESERVED);
  if (reserve > reservable) {
    return problem(
      `watchdogReservedConcurrency is ${reserve}, and Lambda lets this account reserve ${reservable}: ${ALWAYS_UNRESERVED} of the unreserved ${unreserved + ownReserved} stay unreserved.`,
      `npx pulumi config set watchdogReservedConcurrency ${reservable}, or ${more}`,
    );
  }
  if (limit <= NEW_ACCOUNT_LIMIT) {
    return warning(`Lambda runs ${limit} invocations at a time in this account, as in new accounts: a few executions that run code at once are throttled, and retried.`, `Enough for a first try. For more, ${more}`);
  }
  return ok(`Lambda runs ${limit} invocations at a time in this account, ${unreserved} of them unreserved.`);
}
