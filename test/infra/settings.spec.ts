import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { parseSettings } from "../../infra/settings.ts";
import { evaluateProgram, PROJECT_FOLDER, PROJECT_NAME, type Stack, stackConfig, STACKS } from "./mocks.ts";

/** The lines that settings give rise to, without the heading. */
async function faults(changes: Readonly<Record<string, string | undefined>>, stack: Stack = "dev"): Promise<string[]> {
  const given = Object.entries({ ...(await stackConfig(stack)), ...changes }).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  try {
    parseSettings(Object.fromEntries(given), PROJECT_NAME, stack);
    return [];
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    return error.message.split("\n").slice(1).map((line) => line.trim());
  }
}

const setting = <T extends string | undefined>(key: string, value: T): Record<string, T> => ({ [`${PROJECT_NAME}:${key}`]: value });

describe("Settings", () => {
  for (const stack of STACKS) {
    it(`of ${stack} are good as they stand`, async () => {
      assert.deepEqual(await faults({}, stack), []);
    });
  }

  it("come out typed", async () => {
    const settings = parseSettings(await stackConfig("prod"), PROJECT_NAME, "prod");
    const { egress, availabilityZones, jobMaxAttempts, protect, region } = settings;
    assert.deepEqual({ egress, availabilityZones, jobMaxAttempts, protect, region }, { egress: "endpoints", availabilityZones: 3, jobMaxAttempts: 3, protect: true, region: "eu-west-1" });
  });

  it("that are wrong are all listed in one error, each by its path, what is wrong and what to do", async () => {
    const config: Record<string, string> = {
      ...(await stackConfig("dev")),
      ...setting("egress", "proxy"),
      ...setting("vpcCidr", "10.0.0.0/27"),
      ...setting("reportSchedule", "cron(61 * * * ? *)"),
      ...setting("logRetentionDays", "31"),
      ...setting("jobMemory", "3000"),
      ...setting("protct", "true"),
    };
    Reflect.deleteProperty(config, "aws:region");
    assert.throws(
      () => parseSettings(config, PROJECT_NAME, "dev"),
      (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        const [heading, ...lines] = error.message.split("\n");
        assert.equal(heading, "6 settings are wrong in Pulumi.dev.yaml (correct the file, or: pulumi config set --path <path> <value>):");
        assert.deepEqual(
          lines.map((line) => line.trim().split(": ")[0]).sort(),
          ["aws:region", "egress", "jobMemory", "logRetentionDays", "protct", "reportSchedule"],
        );
        return true;
      },
    );
  });

  it("that are wrong fail the evaluation before anything is registered", async () => {
    await assert.rejects(evaluateProgram("dev", { config: { ...setting("egress", "proxy"), ...setting("availabilityZones", "1") } }), (error: Error) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.match(error.message, / {2}egress: is "proxy"; use public, endpoints or nat\n {2}availabilityZones: is 1; use 2 to 3$/);
      return true;
    });
  });

  const single: readonly [what: string, changes: Readonly<Record<string, string | undefined>>, fault: RegExp][] = [
    ["an unknown egress", setting("egress", "proxy"), /^egress: is "proxy"; use public, endpoints or nat$/],
    ["something that is no CIDR", setting("vpcCidr", "10.0.0.0"), /vpcCidr: is "10\.0\.0\.0"; use an IPv4 block such as 10\.0\.0\.0\/16$/],
    ["a CIDR too small for its subnets", setting("vpcCidr", "10.0.0.0/26"), /vpcCidr: is "10\.0\.0\.0\/26", which is too small for 2 subnets of \/26; use \/25 or larger$/],
    ["a CIDR too small for AWS", setting("vpcCidr", "10.0.0.0/29"), /not from \/16 to \/28/],
    ["a public CIDR", setting("vpcCidr", "8.8.0.0/16"), /not within 10\.0\.0\.0\/8/],
    ["a CIDR that is no network address", setting("vpcCidr", "10.0.0.1/16"), /address bits set beyond its prefix \/16/],
    ["too many zones", setting("availabilityZones", "4"), /availabilityZones: is 4; use 2 to 3$/],
    ["a number that is none", setting("availabilityZones", "two"), /availabilityZones: is "two"; use a whole number from 2 to 3$/],
    ["a fraction of a day", setting("executionRetentionDays", "1.5"), /executionRetentionDays: is "1\.5"; use a whole number from 1 to 90$/],
    ["a retention that CloudWatch does not offer", setting("logRetentionDays", "31"), /logRetentionDays: is 31; CloudWatch Logs offers 1, 3, 5/],
    ["a retention of executions out of range", setting("executionRetentionDays", "91"), /executionRetentionDays: is 91; use 1 to 90$/],
    ["CPU units that Fargate does not have", setting("jobCpu", "300"), /jobCpu: is 300; use 256, 512/],
    ["memory that does not go with the CPU", setting("jobMemory", "4096"), /jobMemory: is 4096; with jobCpu 256 use 512, 1024 or 2048$/],
    ["an unknown capacity provider", setting("jobCapacityProvider", "EC2"), /jobCapacityProvider: is "EC2"; use FARGATE or FARGATE_SPOT$/],
    ["a job longer than an execution", setting("jobTimeLimitSeconds", "31622400"), /jobTimeLimitSeconds: is 31622400; use 60 to 31536000$/],
    ["a heartbeat that one lost message would miss", setting("jobHeartbeatSeconds", "10"), /jobHeartbeatTimeoutSeconds: is 15; use at least 20/],
    ["a heartbeat time-out that no start can keep", { ...setting("jobHeartbeatSeconds", "2"), ...setting("jobHeartbeatTimeoutSeconds", "14") }, /jobHeartbeatTimeoutSeconds: is 14; use 15 to 86400$/],
    ["starts that would use up an execution's operations", setting("jobMaxAttempts", "10"), /jobHeartbeatTimeoutSeconds: is 15; callback-job could need \d{4} durable operations of less than 3000: raise jobHeartbeatTimeoutSeconds/],
    ["a wait for capacity of more than a day", setting("jobCapacityWaitSeconds", "86401"), /jobCapacityWaitSeconds: is 86401; use 0 to 86400$/],
    [
      "polls beyond the operations of an execution",
      { ...setting("jobTimeLimitSeconds", "31536000"), ...setting("jobCapacityWaitSeconds", "86400"), ...setting("jobHeartbeatTimeoutSeconds", "600"), ...setting("jobRecordTtlDays", "400") },
      /jobTimeLimitSeconds: is 31536000; poll-job could need \d{4} durable operations of less than 3000: lower jobTimeLimitSeconds, jobMaxAttempts or jobCapacityWaitSeconds$/,
    ],
    ["records that expire before their job ends", setting("jobRecordTtlDays", "1"), /jobRecordTtlDays: is 1; use at least 2/],
    ["a cron expression that does not parse", setting("reportSchedule", "cron(0 8 * *)"), /reportSchedule: is "cron\(0 8 \* \*\)", which has 4 cron fields/],
    ["an expression that fires once", setting("reportSchedule", "at(2030-01-01T00:00:00)"), /neither rate\(…\) nor cron\(…\)/],
    ["an unknown time zone", setting("reportTimeZone", "Mars/Olympus"), /reportTimeZone: is "Mars\/Olympus"; use an IANA time zone/],
    ["a window longer than a day", setting("reportFlexibleWindowMinutes", "1441"), /is 1441; use 0 to 1440$/],
    ["an address that is none", setting("alarmEmail", "on-call"), /alarmEmail: is "on-call"; use one e-mail address, none, or nothing$/],
    ["a protected stack whose alarms nobody gets", { ...setting("protect", "true"), ...setting("alarmEmail", "") }, /^alarmEmail: is empty, and the stack is protected; use the e-mail address that gets the alarms, or none /],
    ["two addresses", setting("alarmEmail", "a@example.com,b@example.com"), /alarmEmail: is "a@example\.com,b@example\.com"; use one/],
    ["a canary that is the majority", setting("canaryPercent", "51"), /canaryPercent: is 51; use 0 to 50$/],
    ["a boundary that is no policy", setting("permissionsBoundary", "boundary"), /permissionsBoundary: is "boundary"; use the ARN of an IAM policy, or nothing$/],
    ["a truth value that is none", setting("protect", "yes"), /protect: is "yes"; use true or false$/],
    ["a setting that is missing", setting("reportSchedule", undefined), /reportSchedule: is not set; use for example/],
    ["a setting that does not exist", setting("egres", "public"), /^egres: is not a setting; remove it, or correct its spelling$/],
    ["no Region", { "aws:region": undefined }, /^aws:region: is not set; use a Region/],
    ["the tag of another environment", { "aws:defaultTags": '{"tags":{"owner":"me","environment":"prod"}}' }, /^aws:defaultTags\.tags\.environment: is "prod"; remove it: the program sets it to dev$/],
    ["tags that are none", { "aws:defaultTags": '{"owner":"me"}' }, /^aws:defaultTags: is .*; use tags: with a text for each tag$/],
    ["a setting of another project", { "old-name:protect": "true" }, new RegExp(`^old-name:protect: belongs to old-name, but the project is called ${PROJECT_NAME}; write protect without a namespace, or remove it$`)],
  ];
  for (const [what, changes, fault] of single) {
    it(`refuse ${what}`, async () => {
      const [first, ...others] = await faults(changes);
      assert.match(first ?? "", fault);
      assert.deepEqual(others, []);
    });
  }

  it("let a protected stack say who gets its alarms, or that nobody does, and prod does so", async () => {
    for (const receiver of ["on-call@example.com", "none"]) assert.deepEqual(await faults({ ...setting("protect", "true"), ...setting("alarmEmail", receiver) }), []);
    const prod = await stackConfig("prod");
    assert.equal(prod[`${PROJECT_NAME}:protect`], "true");
    assert.notEqual(prod[`${PROJECT_NAME}:alarmEmail`], "");
  });

  it("give every stack the tags project and environment, beside those of its file", async () => {
    const config = { ...(await stackConfig("dev")), "aws:defaultTags": '{"tags":{"owner":"me"}}' };
    assert.deepEqual(parseSettings(config, PROJECT_NAME, "dev").tags, { owner: "me", project: PROJECT_NAME, environment: "dev" });
  });

  it("of a project that has been renamed are all named, whatever the stack, and none is ignored", async () => {
    const lines = await faults(Object.fromEntries(Object.entries(await stackConfig("prod")).map(([key, value]) => [key.replace(`${PROJECT_NAME}:`, "old-name:"), value])), "prod");
    const own = Object.keys(await stackConfig("prod")).filter((key) => key.startsWith(`${PROJECT_NAME}:`));
    assert.deepEqual(lines.map((line) => line.split(": ")[0]), own.map((key) => key.replace(PROJECT_NAME, "old-name")));
  });

  it("leave those of Pulumi and of the providers to them", async () => {
    assert.deepEqual(await faults({ "pulumi:tags": "{}", "aws:profile": "me", "awsx:x": "1", "docker-build:host": "unix:///x" }), []);
  });

  it("allow a job of a year with the default polling", async () => {
    assert.deepEqual(await faults({ ...setting("jobTimeLimitSeconds", "31536000"), ...setting("jobRecordTtlDays", "3650") }), []);
  });

  it("are documented in Pulumi.yaml, every one of them, with type, default and description", async () => {
    const { config } = parse(await readFile(`${PROJECT_FOLDER}/Pulumi.yaml`, "utf8")) as { config: Record<string, Record<string, unknown>> };
    const settings = parseSettings(await stackConfig("dev"), PROJECT_NAME, "dev");
    // Keys of other namespaces, such as pulumi:autonaming, are the engine's.
    for (const key of Object.keys(config)) if (key.includes(":")) Reflect.deleteProperty(config, key);
    assert.deepEqual(Object.keys(config).sort(), Object.keys(settings).filter((key) => key !== "region" && key !== "tags").sort());
    for (const [key, entry] of Object.entries(config)) {
      assert.deepEqual(Object.keys(entry).sort(), ["default", "description", "type"], key);
      const isOfItsType = { string: typeof entry.default === "string", integer: Number.isInteger(entry.default), boolean: typeof entry.default === "boolean" }[String(entry.type)];
      assert.equal(isOfItsType, true, key);
    }
  });
});
