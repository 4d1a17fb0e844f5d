import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { AliasDeclaration, PolicyStatement, ResourcePolicyDeclaration } from "../declarations.ts";
import { arn } from "../identity.ts";
import type { FunctionVersion } from "../lambda/function-version.ts";
import { APPLICATION_LEVELS, SYSTEM_LEVELS, type LoggingSettings } from "../lambda/log-levels.ts";
import { contentOf, PUBLISHED, publishCode, restoreCode } from "../lambda/published-code.ts";
import { digestPlaceholder, revisionPlaceholder } from "../program/placeholders.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared } from "./declared.ts";
import { physicalName, sha256, type Providers } from "./provider.ts";
import { archiveFiles, nextRevision, type Publisher, type Publishers } from "./publisher.ts";

const FUNCTION = "aws:lambda/function:Function";
const ALIAS = "aws:lambda/alias:Alias";
const PERMISSION = "aws:lambda/permission:Permission";

/** Absent where the code is in an image, in S3 or behind another address. */
const archive = z.object({ archive: z.record(z.string(), z.union([z.string(), z.object({ text: z.string() })])) });

export const lambdaProviders: Providers = {
  [FUNCTION]: (resource, context) => {
    const name = physicalName(resource, context);
    const revision = String(revisionPlaceholder(revisionKey(name)));
    const version = resource.inputs.publish === true ? revision : "$LATEST";
    const functionArn = arn(context.identity, "lambda", `function:${name}`);
    const codeSha256 = digestPlaceholder(revisionKey(name));
    return { id: name, outputs: { id: name, name, arn: functionArn, revision, version, qualifiedArn: `${functionArn}:${version}`, codeSha256 } };
  },
  [ALIAS]: (resource, context) => {
    const functionName = nameOf(String(resource.inputs.functionName));
    const name = physicalName(resource, context);
    const aliasArn = arn(context.identity, "lambda", `function:${functionName}:${name}`);
    return { id: aliasArn, outputs: { id: aliasArn, name, arn: aliasArn } };
  },
  [PERMISSION]: (resource) => {
    const { statementId, statementIdPrefix } = resource.inputs;
    const id = typeof statementId === "string" ? statementId : `${typeof statementIdPrefix === "string" ? statementIdPrefix : ""}${resource.name}`;
    return { id, outputs: { statementId: id } };
  },
};

const revisionKey = (functionName: string) => `function/${functionName}`;

/** A function's version and the digest of its code. */
const publishFunction: Publisher = async ({ inputs, outputs }, revisions) => {
  // Publishing, tags and reserved concurrency belong to the function, not to a version: changing them publishes nothing.
  const configuration = { ...inputs, code: undefined, publish: undefined, tags: undefined, reservedConcurrentExecutions: undefined };
  const files = Object.entries(await archiveFiles(archive.safeParse(inputs["code"]).data?.archive ?? {})).sort(([a], [b]) => (a < b ? -1 : 1));
  const codeHash = sha256(...files.flatMap(([path, file]) => [path, contentOf(file)]));
  const configurationHash = sha256(codeHash, JSON.stringify(configuration));
  const key = revisionKey(String(outputs.name));
  const revision = nextRevision(key, configurationHash, revisions);
  return {
    revision,
    values: { [revisionPlaceholder(key)]: String(revision.current.revision), [digestPlaceholder(key)]: codeHash },
    outputs: { configurationHash, ...(files.length > 0 && { code: { archive: Object.fromEntries(files) } }) },
  };
};
export const lambdaPublishers: Publishers = { [FUNCTION]: publishFunction };

/** Lambda refuses levels with the format Text, and takes INFO where JSON comes without (API reference, LoggingConfig). */
const loggingConfig = z
  .object({
    logFormat: z.enum(["JSON", "Text"]).default("Text"),
    applicationLogLevel: z.enum(APPLICATION_LEVELS).optional(),
    systemLogLevel: z.enum(SYSTEM_LEVELS).optional(),
    logGroup: z.string().optional(),
  })
  .refine(({ logFormat, applicationLogLevel, systemLogLevel }) => logFormat === "JSON" || (applicationLogLevel ?? systemLogLevel) === undefined, {
    error: "Lambda filters by log level with logFormat JSON only",
  })
  .transform(({ logGroup, logFormat, applicationLogLevel = "INFO", systemLogLevel = "INFO" }): { logGroup?: string; settings: LoggingSettings } => ({
    logGroup,
    settings: logFormat === "Text" ? { format: "Text" } : { format: "JSON", applicationLevel: applicationLogLevel, systemLevel: systemLogLevel },
  }));

const functionSchema = z.object({
  name: z.string(),
  arn: z.string(),
  revision: z.string(),
  publish: z.boolean().default(false),
  configurationHash: z.string(),
  runtime: z.string(),
  handler: z.string(),
  role: z.string(),
  timeout: z.number().default(3),
  memorySize: z.number().default(128),
  environment: z.object({ variables: z.record(z.string(), z.string()).default({}) }).optional(),
  loggingConfig: loggingConfig.optional(),
  deadLetterConfig: z.object({ targetArn: z.string() }).optional(),
  durableConfig: z.object({ executionTimeout: z.number(), retentionPeriod: z.number().default(14) }).optional(),
  code: archive,
});

/** Functions that cannot be started. */
export function withoutLocalCode(resources: readonly RegisteredResource[]): RegisteredResource[] {
  return resources.filter(({ type, outputs }) => type === FUNCTION && !archive.safeParse(outputs["code"]).success);
}

function declaredFunctions(resources: readonly RegisteredResource[]) {
  const absent = new Set(withoutLocalCode(resources));
  return declared(resources.filter((resource) => !absent.has(resource)), FUNCTION, functionSchema);
}

/** Declares the functions and unpacks the code of new versions below `functionsFolder`, where it stays for pinned executions. */
export async function declareFunctions(resources: readonly RegisteredResource[], functionsFolder: string): Promise<FunctionVersion[]> {
  await mkdir(functionsFolder, { recursive: true });
  // Code without a package.json of its own is CommonJS in Lambda; here Node would take the type of a package.json further up.
  await writeFile(join(functionsFolder, "package.json"), "{}\n");
  const versions: FunctionVersion[] = [];
  for (const declaration of declaredFunctions(resources)) {
    const codeFolder = join(functionsFolder, declaration.name, declaration.revision);
    const code = await publishCode(declaration.code.archive, join(functionsFolder, PUBLISHED));
    await restoreCode(codeFolder, code);
    versions.push({
      functionName: declaration.name,
      functionArn: declaration.arn,
      version: declaration.revision,
      qualifiedArn: `${declaration.arn}:${declaration.revision}`,
      isPublished: declaration.publish,
      configurationHash: declaration.configurationHash,
      runtime: declaration.runtime,
      handler: declaration.handler,
      codeFolder,
      code,
      timeoutSeconds: declaration.timeout,
      memoryMegabytes: declaration.memorySize,
      environment: declaration.environment?.variables ?? {},
      roleArn: declaration.role,
      logGroupName: declaration.loggingConfig?.logGroup ?? `/aws/lambda/${declaration.name}`,
      logging: declaration.loggingConfig?.settings ?? { format: "Text" },
      deadLetterQueueArn: declaration.deadLetterConfig?.targetArn,
      durable: declaration.durableConfig && {
        executionTimeoutSeconds: declaration.durableConfig.executionTimeout,
        retentionDays: declaration.durableConfig.retentionPeriod,
      },
    });
  }
  return versions;
}

const alias = z.object({ arn: z.string(), name: z.string(), functionVersion: z.string() });

export function declareAliases(resources: readonly RegisteredResource[]): AliasDeclaration[] {
  const functionArns = new Set(declaredFunctions(resources).map((each) => each.arn));
  const aliases = declared(resources, ALIAS, alias).map(({ arn: aliasArn, name, functionVersion }) => ({
    functionArn: aliasArn.slice(0, -name.length - 1),
    name,
    version: functionVersion,
  }));
  return aliases.filter(({ functionArn }) => functionArns.has(functionArn));
}

const permission = z.object({
  statementId: z.string(),
  action: z.string(),
  principal: z.string(),
  function: z.string(),
  qualifier: z.string().optional(),
  sourceArn: z.string().optional(),
  sourceAccount: z.string().optional(),
  principalOrgId: z.string().optional(),
  functionUrlAuthType: z.string().optional(),
  eventSourceToken: z.string().optional(),
});

/** The resource-based policies that Lambda makes of permissions: one for each function, alias or version they are given on. */
export function declarePermissions(resources: readonly RegisteredResource[]): ResourcePolicyDeclaration[] {
  const functions = declaredFunctions(resources);
  const byResource = Map.groupBy(declared(resources, PERMISSION, permission), (each) => {
    const functionArn = functions.find((candidate) => candidate.name === nameOf(each.function))?.arn ?? each.function;
    return each.qualifier === undefined ? functionArn : `${functionArn}:${each.qualifier}`;
  });
  return [...byResource].map(([resourceArn, permissions]) => ({
    resourceArn,
    policy: {
      Version: "2012-10-17",
      Statement: permissions.map((each) => ({
        Sid: each.statementId,
        Effect: "Allow",
        Principal: { [/^(\*|\d{12}|arn:.*)$/.test(each.principal) ? "AWS" : "Service"]: each.principal },
        Action: each.action,
        Resource: resourceArn,
        Condition: permissionConditions(each),
      })),
    },
  }));
}

/** As AddPermission writes them. */
function permissionConditions(each: z.output<typeof permission>): PolicyStatement["Condition"] {
  const texts = {
    "AWS:SourceAccount": each.sourceAccount,
    "aws:PrincipalOrgID": each.principalOrgId,
    "lambda:FunctionUrlAuthType": each.functionUrlAuthType,
    "lambda:EventSourceToken": each.eventSourceToken,
  };
  const given = Object.entries(texts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return {
    ...(each.sourceArn !== undefined && { ArnLike: { "AWS:SourceArn": each.sourceArn } }),
    ...(given.length > 0 && { StringEquals: Object.fromEntries(given) }),
  };
}

function nameOf(nameOrArn: string): string {
  return nameOrArn.startsWith("arn:") ? (nameOrArn.split(":")[6] ?? nameOrArn) : nameOrArn;
}
