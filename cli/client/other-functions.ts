import { paginateListAliases, paginateListFunctions, type FunctionConfiguration } from "@aws-sdk/client-lambda";
import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import type { Stack, StackFunction } from "./stack.ts";

/** The functions of a local stack that its outputs do not describe: those of a program other than this one. */
export async function otherFunctions(stack: Stack): Promise<StackFunction[]> {
  const known = new Set(stack.functions.map(({ functionName }) => functionName));
  const found: FunctionConfiguration[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client: stack.lambda }, {})) found.push(...Functions.filter(({ FunctionName = "" }) => !known.has(FunctionName)));
  return Promise.all(found.map((each) => describe(stack, each)));
}

/** By its alias `live`, else its first alias, else `$LATEST`: a durable function is invoked with a qualifier. */
async function describe(stack: Stack, { FunctionName: functionName = "", FunctionArn = "", LoggingConfig, DeadLetterConfig }: FunctionConfiguration): Promise<StackFunction> {
  const aliases = [];
  for await (const { Aliases = [] } of paginateListAliases({ client: stack.lambda }, { FunctionName: functionName })) aliases.push(...Aliases);
  const alias = aliases.find(({ Name }) => Name === "live") ?? aliases[0];
  return {
    name: functionName,
    functionName,
    aliasArn: alias?.AliasArn ?? `${FunctionArn}:$LATEST`,
    version: alias?.FunctionVersion ?? "$LATEST",
    logGroupName: LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`,
    deadLetterQueueUrl: DeadLetterConfig?.TargetArn === undefined ? undefined : await queueUrl(stack, DeadLetterConfig.TargetArn),
  };
}

async function queueUrl(stack: Stack, arn: string): Promise<string | undefined> {
  if (!arn.includes(":sqs:")) return undefined;
  return (await stack.sqs.send(new GetQueueUrlCommand({ QueueName: arn.slice(arn.lastIndexOf(":") + 1) }))).QueueUrl;
}
