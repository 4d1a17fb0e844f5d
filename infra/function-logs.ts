import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { functionName } from "./names.ts";
import type { FunctionName } from "./workflows.ts";

export interface FunctionLogsArgs {
  /** Days that logs are kept; one of CloudWatch's values. */
  readonly logRetentionDays: number;
  /** Keeps the logs when the stack is removed. */
  readonly protect: boolean;
  /** Log groups that exist on AWS, from {@link findFunctionLogGroups}. */
  readonly existingLogGroups: ReadonlySet<string>;
}

/** Names of the log groups of this stack's functions that exist on AWS, whether or not the stack knows them. */
export async function findFunctionLogGroups(provider: aws.Provider): Promise<ReadonlySet<string>> {
  const logGroupNamePrefix = `/aws/lambda/${pulumi.getProject()}-${pulumi.getStack()}-`;
  return new Set((await aws.cloudwatch.getLogGroups({ logGroupNamePrefix }, { provider })).logGroupNames);
}

/**
 * The log group of a function. Its name is fixed and it may outlive the stack, so an existing one is imported: creating it
 * would fail. The engine imports only what the stack doesn't have yet, and then updates what differs.
 */
export function functionLogGroup(name: FunctionName, args: FunctionLogsArgs, parent: pulumi.Resource): aws.cloudwatch.LogGroup {
  const logGroupName = `/aws/lambda/${functionName(name)}`;
  return new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    { name: logGroupName, retentionInDays: args.logRetentionDays },
    { parent, retainOnDelete: args.protect, import: args.existingLogGroups.has(logGroupName) ? logGroupName : undefined },
  );
}
