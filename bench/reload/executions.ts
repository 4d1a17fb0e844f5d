import { GetDurableExecutionCommand, InvokeCommand, type LambdaClient, ListDurableExecutionsByFunctionCommand } from "@aws-sdk/client-lambda";

interface Answer {
  readonly begun: number;
  readonly ended: number;
}

/** Runs one execution of math to its end. @throws Error when it fails */
export async function runOne(lambda: LambdaClient, functionArn: string, seconds: number): Promise<Answer & { readonly arn: string }> {
  const { Payload, FunctionError, DurableExecutionArn = "" } = await lambda.send(new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify({ seconds }) }));
  const text = Payload?.transformToString() ?? "";
  if (FunctionError !== undefined) throw new Error(`An execution failed: ${text}`);
  return { ...(JSON.parse(text) as Answer), arn: DurableExecutionArn };
}

/** Clients that each run one execution after the other, until they are told to stop. */
export class Clients {
  readonly arns: string[] = [];
  readonly #running: Promise<unknown>;
  #stopped = false;

  constructor(count: number, lambda: LambdaClient, functionArn: string) {
    const client = async () => {
      while (!this.#stopped) this.arns.push((await runOne(lambda, functionArn, 1)).arn);
    };
    this.#running = Promise.all(Array.from({ length: count }, client));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }
}

/** How many executions were lost, or ran on other code than that of their version. Version n has the code of save n. */
export async function countWrong(lambda: LambdaClient, functionName: string, arns: readonly string[]): Promise<{ lost: number; mixed: number }> {
  const { DurableExecutions = [] } = await lambda.send(new ListDurableExecutionsByFunctionCommand({ FunctionName: functionName, Statuses: ["RUNNING"] }));
  let [lost, mixed] = [DurableExecutions.length, 0];
  for (const DurableExecutionArn of arns) {
    const { Status, Result, Version } = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
    const { begun, ended } = JSON.parse(Result ?? "{}") as Partial<Answer>;
    if (Status !== "SUCCEEDED") lost++;
    else if (begun !== ended || String(begun) !== Version) mixed++;
  }
  return { lost, mixed };
}
