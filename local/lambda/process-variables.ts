import type { Credentials } from "../iam/access.ts";
import type { FunctionVersion } from "./function-version.ts";
import { loggingOf } from "./log-levels.ts";
import { timeScaleVariables } from "./time-scale-preload.ts";

/**
 * The whole environment of a function's process: what Lambda gives and what the function declares, nothing of the
 * stack's own. Lambda's names win over declared ones, as on AWS, where declaring them is refused.
 *
 * @param place.runtimeApi `host:port` of the environment's Runtime API
 * @param place.endpoint URL of the gateway
 */
export function processVariables(
  version: FunctionVersion,
  credentials: Required<Credentials>,
  place: { region: string; runtimeApi: string; endpoint: string; logStreamName: string; speed: number; compileCacheFolder: string },
): Record<string, string> {
  const logging = loggingOf(version);
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    // Keeps Node from compiling the bootstrap and the bundle anew in every environment; the bootstrap takes it away.
    ...(version.runtime.startsWith("nodejs") ? { NODE_COMPILE_CACHE: place.compileCacheFolder } : {}),
    ...version.environment,
    ...timeScaleVariables(place.speed, version.environment),
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL: place.endpoint,
    AWS_EXECUTION_ENV: `AWS_Lambda_${version.runtime}`,
    AWS_LAMBDA_RUNTIME_API: place.runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: version.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_FORMAT: logging.format,
    ...(logging.format === "JSON" ? { AWS_LAMBDA_LOG_LEVEL: logging.applicationLevel } : {}),
    AWS_LAMBDA_LOG_GROUP_NAME: version.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStreamName,
    LAMBDA_TASK_ROOT: version.codeFolder,
    _HANDLER: version.handler,
  };
}
