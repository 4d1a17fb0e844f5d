import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SQSClient } from "@aws-sdk/client-sqs";
import { CliError, EXIT } from "../exit-codes.ts";
import type { LocalEndpoint } from "./local-api.ts";
import type { StackOutputs } from "./outputs.ts";

/** A function of the stack, as its outputs tell of it. */
export interface StackFunction {
  /** Name of its folder, such as `ship-order`. */
  readonly name: string;
  /** Name on AWS, such as `shop-dev-ship-order`. */
  readonly functionName: string;
  readonly aliasArn: string;
  readonly version: string;
  readonly logGroupName: string;
  readonly deadLetterQueueUrl: string | undefined;
}

/** A stack, local or deployed, and AWS clients for it. */
export class Stack {
  readonly name: string;
  /** How to reach the local stack; absent for a deployed one. */
  readonly local: LocalEndpoint | undefined;
  #functions: readonly StackFunction[];
  readonly lambda: LambdaClient;
  readonly ecs: ECSClient;
  readonly scheduler: SchedulerClient;
  readonly sqs: SQSClient;
  readonly logs: CloudWatchLogsClient;
  readonly outputs: Readonly<Record<string, string>>;

  constructor(name: string, { outputs, region, local }: StackOutputs) {
    this.name = name;
    this.local = local;
    this.outputs = outputs;
    this.#functions = Object.keys(outputs).flatMap((key) => {
      const name = /^(.+)FunctionName$/.exec(key)?.[1];
      return name !== undefined && `${name}AliasArn` in outputs ? [this.#function(name)] : [];
    });
    // A local stack answers at the first attempt or not at all.
    const options = local === undefined ? { region } : { ...local, maxAttempts: 1 };
    this.lambda = new LambdaClient(options);
    this.ecs = new ECSClient(options);
    this.scheduler = new SchedulerClient(options);
    this.sqs = new SQSClient(options);
    this.logs = new CloudWatchLogsClient(options);
  }

  get functions(): readonly StackFunction[] {
    return this.#functions;
  }

  /** Adds functions that the outputs do not describe. */
  add(functions: readonly StackFunction[]): void {
    this.#functions = [...this.#functions, ...functions];
  }

  /** How often the stack may be asked while something is awaited: AWS has quotas. */
  get pollIntervalMs(): number {
    return this.local === undefined ? 2_000 : 250;
  }

  /** @throws CliError when the stack has no such output */
  output(name: string): string {
    const value = this.outputs[name];
    if (value === undefined) throw new CliError(EXIT.notFound, `The stack ${this.name} has no output ${name}.`);
    return value;
  }

  /**
   * The function that is meant by its short name, its name on AWS, an ARN, or the unique beginning of its short name.
   *
   * @throws CliError when there is none, or more than one
   */
  findFunction(reference: string): StackFunction {
    const name = /:function:([\w-]+)/.exec(reference)?.[1] ?? reference;
    const exact = this.functions.find((candidate) => candidate.name === name || candidate.functionName === name);
    if (exact !== undefined) return exact;
    const matches = this.functions.filter((candidate) => candidate.name.startsWith(name));
    if (matches.length === 1 && matches[0] !== undefined) return matches[0];
    const names = (matches.length > 0 ? matches : this.functions).map((candidate) => candidate.name).join(", ");
    if (matches.length > 1) throw new CliError(EXIT.usage, `"${reference}" may be any of ${names}.`);
    throw new CliError(EXIT.notFound, `The stack ${this.name} has no function "${reference}". It has ${names}.`);
  }

  /** Short name of the function that an ARN names; its name on AWS when it is not one of the stack's. */
  functionNameOf(arn: string): string {
    const functionName = /:function:([\w-]+)/.exec(arn)?.[1] ?? "";
    return this.functions.find((candidate) => candidate.functionName === functionName)?.name ?? functionName;
  }

  destroy(): void {
    for (const client of [this.lambda, this.ecs, this.scheduler, this.sqs, this.logs]) client.destroy();
  }

  #function(key: string): StackFunction {
    return {
      name: key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      functionName: this.output(`${key}FunctionName`),
      aliasArn: this.output(`${key}AliasArn`),
      version: this.output(`${key}Version`),
      logGroupName: this.output(`${key}LogGroupName`),
      deadLetterQueueUrl: this.output(`${key}DeadLetterQueueUrl`),
    };
  }
}
