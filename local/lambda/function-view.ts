import type { FunctionVersion } from "./function-version.ts";
import { loggingOf } from "./log-levels.ts";
import type { Alias } from "./registry.ts";

/**
 * A version as the Lambda API describes it.
 *
 * @param qualifier as asked for: without one AWS shows `$LATEST` under the unqualified ARN
 */
export function describeFunction(version: FunctionVersion, qualifier?: string): Record<string, unknown> {
  const logging = loggingOf(version);
  const latest = qualifier === undefined || qualifier === "$LATEST";
  return {
    FunctionName: version.functionName,
    FunctionArn: qualifier === undefined ? version.functionArn : `${version.functionArn}:${qualifier}`,
    Version: latest ? "$LATEST" : version.version,
    Runtime: version.runtime,
    Handler: version.handler,
    Role: version.roleArn,
    Timeout: version.timeoutSeconds,
    MemorySize: version.memoryMegabytes,
    PackageType: "Zip",
    Environment: { Variables: version.environment },
    DeadLetterConfig: version.deadLetterQueueArn === undefined ? undefined : { TargetArn: version.deadLetterQueueArn },
    LoggingConfig: {
      LogFormat: logging.format,
      ...(logging.format === "JSON" && { ApplicationLogLevel: logging.applicationLevel, SystemLogLevel: logging.systemLevel }),
      LogGroup: version.logGroupName,
    },
    DurableConfig:
      version.durable === undefined
        ? undefined
        : { ExecutionTimeout: version.durable.executionTimeoutSeconds, RetentionPeriodInDays: version.durable.retentionDays },
    State: "Active",
    LastUpdateStatus: "Successful",
  };
}

/** An alias as the Lambda API describes it. */
export function describeAlias({ name, version }: Alias): Record<string, unknown> {
  return { AliasArn: `${version.functionArn}:${name}`, Name: name, FunctionVersion: version.version, Description: "" };
}
