import { basename } from "node:path";
import type { Settings } from "../infra/settings.ts";
import { createClients, type AwsClients } from "./aws.ts";
import { check, type Check } from "./check.ts";
import { judgeCaller, judgeEndpoint, readCaller, type Caller } from "./checks/credentials.ts";
import { judgeDurableApi, readDurableApi } from "./checks/durable-functions.ts";
import { judgeDurableQuotas, readDurableQuotas } from "./checks/durable-quotas.ts";
import { judgeVcpuQuota, readVcpuQuota } from "./checks/fargate-quota.ts";
import { judgeImageBuilder, readImageBuilder } from "./checks/image-builder.ts";
import { judgeConcurrency, readConcurrency } from "./checks/lambda-concurrency.ts";
import { judgeNode } from "./checks/node-version.ts";
import { judgeBackend, readBackend } from "./checks/pulumi-backend.ts";
import { findPulumi, judgePulumiCli } from "./checks/pulumi-cli.ts";
import { judgePlugins, readPlugins } from "./checks/pulumi-plugins.ts";
import { judgeEcsRole, readEcsRole } from "./checks/service-linked-role.ts";
import { judgeSettings, readSettings } from "./checks/settings.ts";
import { type Finding, unknown } from "./finding.ts";

export interface Examined {
  readonly stack: string;
  readonly region?: string;
  readonly account?: string;
  readonly findings: readonly Finding[];
}

export interface ExamineOptions {
  readonly projectFolder: string;
  readonly stack: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Called with the name of each check before it runs. */
  readonly onCheck: (name: string) => void;
}

/** Runs every check, one after the other: a handful of reads, far below AWS's rates. */
export async function examine({ projectFolder, stack, environment, onCheck }: ExamineOptions): Promise<Examined> {
  const findings: Finding[] = [];
  const run = async (checks: readonly Check[]) => {
    for (const one of checks) {
      onCheck(one.name);
      findings.push(await one.run());
    }
  };
  const stackSettings = await readSettings(projectFolder, stack);
  const cli = findPulumi(projectFolder, environment);
  await run([
    check("node", undefined, async () => process.version, judgeNode),
    check("settings", undefined, async () => stackSettings, (read) => judgeSettings(stack, read)),
    check("pulumi-cli", undefined, async () => cli, judgePulumiCli),
    check("pulumi-plugins", undefined, async () => readPlugins(projectFolder, environment), judgePlugins),
    check("pulumi-backend", undefined, () => readBackend(projectFolder, cli.downloaded ?? cli.other, environment), judgeBackend),
    check("image-builder", undefined, () => readImageBuilder(projectFolder), judgeImageBuilder),
    check("endpoint", undefined, async () => environment["AWS_ENDPOINT_URL"], judgeEndpoint),
  ]);

  const { settings, project = basename(projectFolder) } = stackSettings;
  if (settings === undefined) return { stack, findings: [...findings, ...skipped(["credentials", ...Object.keys(ACCOUNT_CHECKS)], "the stack has no valid settings, which name the Region")] };
  const clients = createClients(settings.region);
  const reading = readCaller(clients.sts);
  await run([check("credentials", undefined, () => reading, (read) => judgeCaller(read, settings.region))]);
  const caller = await reading;
  if (!isCaller(caller)) return { stack, region: settings.region, findings: [...findings, ...skipped(Object.keys(ACCOUNT_CHECKS), "AWS does not accept the credentials")] };
  await run(accountChecks({ ...clients, settings, prefix: `${project}-${stack}` }));
  return { stack, region: settings.region, account: caller.account, findings };
}

function isCaller(reading: object): reading is Caller {
  return "account" in reading;
}

interface Account extends AwsClients {
  readonly settings: Settings;
  /** Project and stack: what names of functions begin with. */
  readonly prefix: string;
}

/** The checks that need credentials, by name. */
const ACCOUNT_CHECKS: Readonly<Record<string, (name: string, account: Account) => Check>> = {
  "durable-functions": (name, { lambda, settings, prefix }) => check(name, "lambda:ListDurableExecutionsByFunction", () => readDurableApi(lambda, `${prefix}-math`), (api) => judgeDurableApi(api, settings.region)),
  "ecs-role": (name, { iam }) => check(name, "iam:GetRole", () => readEcsRole(iam), judgeEcsRole),
  "lambda-concurrency": (name, { lambda, settings: { watchdogReservedConcurrency: reserve }, prefix }) =>
    check(name, "lambda:GetAccountSettings", () => readConcurrency(lambda, reserve > 0 ? `${prefix}-task-watchdog` : undefined), (read) => judgeConcurrency(read, reserve)),
  "fargate-quota": (name, { quotas, settings }) => check(name, "servicequotas:GetServiceQuota", () => readVcpuQuota(quotas, settings.jobCapacityProvider), (quota) => judgeVcpuQuota(quota, settings)),
  "durable-quotas": (name, { quotas }) => check(name, "servicequotas:ListServiceQuotas", () => readDurableQuotas(quotas), judgeDurableQuotas),
};

function accountChecks(account: Account): Check[] {
  return Object.entries(ACCOUNT_CHECKS).map(([name, create]) => create(name, account));
}

function skipped(checks: readonly string[], why: string): Finding[] {
  return checks.map((name) => ({ check: name, ...unknown(`Not checked: ${why}.`, "Correct that first, and run the doctor again.") }));
}
