import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { type FakeAccount, startFakeAws } from "./fake-aws.ts";

const PROJECT = join(import.meta.dirname, "../..");
const PULUMI_VERSION = "1.2.3";

const HEALTHY: FakeAccount = { durableApi: "there", ecsRole: true, concurrency: 1000, vcpus: 6, durableQuotas: { "Durable executions running": 5_000_000 } };

const examined = z.strictObject({
  stack: z.string(),
  region: z.string().optional(),
  account: z.string().optional(),
  findings: z.array(z.strictObject({ check: z.string(), level: z.enum(["ok", "warning", "problem", "unknown"]), found: z.string(), remedy: z.string().optional() })),
});

describe("npm run doctor", function () {
  this.timeout(60_000);
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "doctor-"));
    for (const name of ["bin", "state", `pulumi/versions/${PULUMI_VERSION}/bin`]) mkdirSync(join(folder, name), { recursive: true });
    script("bin/docker", "echo 'Platforms: linux/amd64*, linux/arm64'");
    // Whatever runs it fails the check of the backend.
    script(`pulumi/versions/${PULUMI_VERSION}/bin/pulumi`, "exit 9");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function script(file: string, line: string) {
    writeFileSync(join(folder, file), `#!/bin/sh\n${line}\n`);
    chmodSync(join(folder, file), 0o755);
  }

  /** Runs the doctor as a process whose environment has nothing of the machine's. */
  function doctor(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<{ code: number; out: string; err: string }> {
    const env = {
      PATH: join(folder, "bin"), HOME: folder, PULUMI_HOME: join(folder, "pulumi"), PULUMI_VERSION, PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "y", AWS_EC2_METADATA_DISABLED: "true", ...environment,
    };
    return new Promise((resolve) => {
      execFile(process.execPath, ["doctor/main.ts", ...words], { cwd: PROJECT, env }, (error, out, err) => resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }));
    });
  }

  async function onAccount(account: FakeAccount, environment: Readonly<Record<string, string>> = {}) {
    const aws = await startFakeAws(account);
    try {
      const { code, out, err } = await doctor(["--json"], { AWS_ENDPOINT_URL: aws.endpoint, ...environment });
      assert.ok(out !== "", err);
      const { findings, ...rest } = examined.parse(JSON.parse(out));
      return { ...rest, code, calls: aws.calls, findings: Object.fromEntries(findings.map(({ check, ...finding }) => [check, finding])) };
    } finally {
      aws.close();
    }
  }

  it("finds nothing that stops a deployment on a machine and account that have everything", async () => {
    const { code, account, region, findings } = await onAccount(HEALTHY);
    assert.deepEqual([code, account, region], [0, "123456789012", "eu-west-1"]);
    const notOk = Object.entries(findings).filter(([, { level }]) => level !== "ok").map(([check]) => check);
    // The plugins are not downloaded, and the endpoint is the fake one.
    assert.deepEqual(notOk, ["pulumi-plugins", "endpoint"]);
    assert.match(findings["fargate-quota"]!.found, /24 tasks of 0\.25 vCPU/);
    assert.match(findings["image-builder"]!.found, /programs that totals \(arm64\) runs/);
  });

  it("calls read actions only, and leaves state and Pulumi's folder as they are", async () => {
    const { calls } = await onAccount({ ...HEALTHY, vcpus: "none" });
    assert.deepEqual(calls, ["GetCallerIdentity", "ListDurableExecutionsByFunction", "GetRole", "GetAccountSettings", "GetServiceQuota", "GetAWSDefaultServiceQuota", "ListServiceQuotas"]);
    assert.deepEqual(readdirSync(join(folder, "state")), []);
    assert.deepEqual(readdirSync(join(folder, "pulumi")), ["versions"]);
  });

  it("names the permission of each read that AWS denies", async () => {
    const { code, findings } = await onAccount({ durableApi: "denied", ecsRole: "denied", concurrency: "denied", vcpus: "denied", durableQuotas: "denied" });
    assert.equal(code, 0);
    const remedies = ["ecs-role", "lambda-concurrency", "fargate-quota", "durable-quotas"].map((check) => [findings[check]!.level, /Allow the caller ([\w:]+)/.exec(findings[check]!.remedy ?? "")?.[1]]);
    assert.deepEqual(remedies, [["unknown", "iam:GetRole"], ["unknown", "lambda:GetAccountSettings"], ["unknown", "servicequotas:GetServiceQuota"], ["unknown", "servicequotas:ListServiceQuotas"]]);
    assert.equal(findings["durable-functions"]!.level, "ok", "a denial that names the action shows that Lambda has it");
  });

  it("ends with 1 and says what to do where the Region has no durable functions and no task can start", async () => {
    const { code, findings } = await onAccount({ ...HEALTHY, durableApi: "missing", vcpus: 0, ecsRole: false, concurrency: 10 });
    assert.equal(code, 1);
    const levels = ["durable-functions", "fargate-quota", "ecs-role", "lambda-concurrency"].map((check) => findings[check]!.level);
    assert.deepEqual(levels, ["problem", "problem", "warning", "warning"]);
    for (const [check, { level, remedy }] of Object.entries(findings)) assert.equal(remedy === undefined, level === "ok", check);
  });

  it("does not open a backend that is a bucket, because the CLI would write into it", async () => {
    const { findings } = await onAccount(HEALTHY, { PULUMI_BACKEND_URL: "s3://state" });
    assert.deepEqual([findings["pulumi-backend"]!.level, /s3:\/\/state.* not opened/.test(findings["pulumi-backend"]!.found)], ["unknown", true]);
  });

  it("reports a missing stack file, no login and no Docker in plain text, without AWS", async () => {
    rmSync(join(folder, "bin/docker"));
    const { code, out, err } = await doctor(["--stack", "nowhere"], { PULUMI_BACKEND_URL: "" });
    assert.equal(code, 1);
    for (const text of [/problem +settings +There is no Pulumi\.nowhere\.yaml\.\n +→ Give --stack [\w ]+: dev, prod, staging\./, /ok +endpoint/, /unknown +credentials +Not checked/, /problem +pulumi-backend +Pulumi has no backend/, /problem +image-builder +There is no Docker/, /unknown +ecs-role +Not checked/, /3 problems to solve/]) assert.match(out, text);
    assert.doesNotMatch(out + err, /^ +at /m);
    assert.match(err, /Checking settings/);
  });

  it("names each check once while it runs", async () => {
    const aws = await startFakeAws(HEALTHY);
    try {
      const { err } = await doctor([], { AWS_ENDPOINT_URL: aws.endpoint });
      const names = [...err.matchAll(/^Checking (.+)$/gm)].map(([, name]) => name);
      assert.ok(names.includes("credentials"), err);
      assert.deepEqual(names, [...new Set(names)]);
    } finally {
      aws.close();
    }
  });

  it("refuses what cannot be the name of a stack with 2", async () => {
    for (const name of ["", "../x", "a b"]) {
      const { code, out, err } = await doctor(["--stack", name]);
      assert.deepEqual([code, out], [2, ""], name);
      assert.match(err, /--stack <name>.* is invalid\. It must be/);
    }
  });

  it("has help, and refuses what it does not know with 2", async () => {
    const help = await doctor(["--help"]);
    assert.deepEqual([help.code, /Exit codes: 0/.test(help.out)], [0, true]);
    assert.equal((await doctor(["--fix"])).code, 2);
  });
});
