import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judgeFailure } from "../../doctor/check.ts";
import { judgeDurableApi } from "../../doctor/checks/durable-functions.ts";
import { judgeDurableQuotas } from "../../doctor/checks/durable-quotas.ts";
import { judgeVcpuQuota } from "../../doctor/checks/fargate-quota.ts";
import { judgeImageBuilder } from "../../doctor/checks/image-builder.ts";
import { platformsOf, runsInImage } from "../../infra/image-builder.ts";
import { judgeConcurrency } from "../../doctor/checks/lambda-concurrency.ts";
import { judgeNode } from "../../doctor/checks/node-version.ts";
import { judgeBackend } from "../../doctor/checks/pulumi-backend.ts";
import { judgePulumiCli } from "../../doctor/checks/pulumi-cli.ts";
import { readPlugins } from "../../doctor/checks/pulumi-plugins.ts";
import { judgeSettings, readSettings } from "../../doctor/checks/settings.ts";
import { summary } from "../../doctor/report.ts";

const PROJECT = join(import.meta.dirname, "../..");

function named(name: string, message: string, members: object = {}): Error {
  return Object.assign(new Error(message), { name }, members);
}

describe("The doctor's judgements", () => {
  it("ask for Node 24", () => {
    assert.deepEqual(["v22.20.0", "v24.0.0", "v26.1.0"].map((version) => judgeNode(version).level), ["problem", "ok", "ok"]);
  });

  it("tell a Region without durable functions from one that denies the call, and from no answer", () => {
    const level = (error: Error) => judgeDurableApi({ answered: false, error }, "xx-east-1").level;
    assert.equal(judgeDurableApi({ answered: true, deployed: false }, "xx-east-1").level, "ok");
    assert.equal(level(named("AccessDeniedException", "Unable to determine service/operation name to be authorized")), "problem");
    assert.equal(level(named("AccessDeniedException", "User: me is not authorized to perform: lambda:ListDurableExecutionsByFunction")), "ok");
    assert.equal(level(named("Error", "getaddrinfo ENOTFOUND lambda.xx-east-1.amazonaws.com", { code: "ENOTFOUND" })), "problem");
    assert.equal(level(named("TimeoutError", "too slow")), "unknown");
  });

  it("refuse a reservation for the watchdog that Lambda would refuse, and count what it has reserved already as free", () => {
    const level = (limit: number, unreserved: number, ownReserved: number, reserve: number) => judgeConcurrency({ limit, unreserved, ownReserved }, reserve).level;
    assert.equal(level(1000, 1000, 0, 900), "ok");
    assert.equal(level(1000, 1000, 0, 901), "problem");
    assert.equal(level(1000, 100, 900, 900), "ok");
    assert.equal(level(10, 10, 0, 1), "problem");
    assert.equal(level(10, 10, 0, 0), "warning");
    assert.match(judgeConcurrency({ limit: 400, unreserved: 350, ownReserved: 0 }, 300).remedy ?? "", /watchdogReservedConcurrency 250/);
  });

  it("count the tasks that the vCPU quota of the capacity provider allows", () => {
    const judge = (vcpus: number, jobCpu: 256 | 4096) => judgeVcpuQuota({ vcpus, applied: true }, { jobCapacityProvider: "FARGATE_SPOT", jobCpu });
    assert.deepEqual([judge(6, 256).level, judge(6, 4096).level, judge(3, 4096).level], ["ok", "warning", "problem"]);
    assert.match(judge(6, 256).found, /Fargate Spot allows 6 vCPUs .* 24 tasks of 0\.25 vCPU/);
    assert.match(judge(3, 4096).remedy ?? "", /--quota-code L-36FBB829/);
  });

  it("list the quotas of durable functions, and say when there are none or one is 0", () => {
    assert.deepEqual([[], [{ name: "Durable starts", value: 300 }], [{ name: "Durable starts", value: 0 }]].map((quotas) => judgeDurableQuotas(quotas).level), ["unknown", "ok", "problem"]);
  });

  it("need an arm64 builder only if the Dockerfile runs a program of the image's platform", async () => {
    assert.equal(runsInImage(await readFile(join(PROJECT, "container/sample/Dockerfile"), "utf8")), false);
    assert.equal(runsInImage("FROM node:24\nRUN npm ci\n"), true);
    assert.equal(runsInImage("FROM --platform=$BUILDPLATFORM node:24 AS build\nRUN npm ci\nFROM node:24\nCOPY --from=build /x /x\n"), false);
    assert.equal(runsInImage("FROM --platform=$BUILDPLATFORM node:24 AS build\nCOPY . .\nFROM node:24\nRUN true\n"), true);
    const amd64 = { platforms: platformsOf("Name: default\nPlatforms: linux/amd64*, linux/386\n") };
    const both = { platforms: platformsOf("Platforms: linux/amd64\nName: two\nPlatforms: linux/arm64*\n") };
    const level = (runs: boolean, builder: typeof amd64 | { missing: string }) => judgeImageBuilder({ builds: runs ? [{ job: "one", architecture: "arm64" }] : [], builder }).level;
    assert.deepEqual([level(false, amd64), level(true, amd64), level(true, both), level(false, { missing: "no docker" })], ["ok", "problem", "ok", "problem"]);
  });

  it("want a backend that can be reached, and the CLI before it is needed", () => {
    const levels = [judgeBackend({ kind: "none" }), judgeBackend({ kind: "failed", url: "https://x", why: "401" }), judgeBackend({ kind: "not-opened", url: "s3://x", why: "it is a bucket" }), judgeBackend({ kind: "reached", url: "https://x", as: "me" })];
    assert.deepEqual(levels.map(({ level }) => level), ["problem", "problem", "unknown", "ok"]);
    assert.deepEqual([judgePulumiCli({ version: "3.1.0", other: "/usr/bin/pulumi" }).level, judgePulumiCli({ version: "3.1.0", downloaded: "/x/pulumi" }).level], ["warning", "ok"]);
  });

  it("name the action that AWS denies, if its message does", () => {
    const found = (message: string) => judgeFailure(named("AccessDeniedException", message), "lambda:GetAccountSettings").found;
    assert.match(found("User: me is not authorized to perform: lambda:GetFunctionConcurrency on resource: x"), /call lambda:GetFunctionConcurrency/);
    assert.match(found("no"), /call lambda:GetAccountSettings/);
  });

  it("sum up in one line", () => {
    const finding = (level: "ok" | "warning" | "problem" | "unknown") => ({ check: "x", level, found: "" });
    assert.equal(summary([finding("ok"), finding("warning")]), "Nothing found that stops a deployment: 1 warning, 0 not known, 1 ok.");
    assert.match(summary([finding("problem"), finding("unknown")]), /^1 problem to solve .* 1 not known/);
  });
});

describe("The doctor's check of plugins", () => {
  it("names plugins as Pulumi does, with one v before the version, whether or not the package has it", () => {
    const folder = mkdtempSync(join(tmpdir(), "doctor-plugins-"));
    try {
      const install = (path: string, content: object) => {
        mkdirSync(join(folder, path), { recursive: true });
        writeFileSync(join(folder, path, "package.json"), JSON.stringify(content));
      };
      install("node_modules/docker-classic", { version: "v3.6.1", pulumi: { resource: true, name: "docker" } });
      install("node_modules/@pulumi/aws", { version: "7.48.0", pulumi: { resource: true, name: "aws" } });
      install("node_modules/@pulumi/awsx", { version: "0.0.0", pulumi: { resource: true, name: "awsx", version: "v3.0.0" } });
      const packages = { "node_modules/docker-classic": { name: "@pulumi/docker" }, "node_modules/@pulumi/aws": {}, "node_modules/@pulumi/awsx": {} };
      writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
      assert.deepEqual(readPlugins(folder, { PULUMI_HOME: folder }).needed, ["resource-docker-v3.6.1", "resource-aws-v7.48.0", "resource-awsx-v3.0.0"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("The doctor's check of settings", () => {
  let folder = "";
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "doctor-settings-"));
    writeFileSync(join(folder, "Pulumi.yaml"), await readFile(join(PROJECT, "Pulumi.yaml")));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function judge(stack: string, lines: readonly string[]) {
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), ["config:", "  aws:region: eu-west-1", ...lines.map((line) => `  ${line}`), ""].join("\n"));
    return judgeSettings(stack, await readSettings(folder, stack));
  }

  it("takes a valid file, and one whose receiver of alarms is encrypted", async () => {
    assert.equal((await judge("dev", ["jobCpu: 512", "jobMemory: 1024"])).level, "ok");
    const encrypted = await judge("prod", ["protect: true", "alarmEmail: { secure: \"v1:abc\" }"]);
    assert.deepEqual([encrypted.level, encrypted.found.includes("that alarmEmail is encrypted")], ["ok", true]);
  });

  it("reports every wrong setting, as the program does", async () => {
    const { level, found } = await judge("dev", ["jobCpu: 300", "colour: red", "old-name:protect: true"]);
    assert.equal(level, "problem");
    for (const text of ["  jobCpu: is", "  colour: is not a setting", "  old-name:protect: belongs to old-name"]) assert.ok(found.includes(text), found);
  });

  it("reports a stack name that makes names of roles and rules too long", async () => {
    const { level, found } = await judge("a-stack-with-a-name-that-is-too-long", []);
    assert.deepEqual([level, /stack name: .* of at most/.test(found)], ["problem", true]);
  });
});
