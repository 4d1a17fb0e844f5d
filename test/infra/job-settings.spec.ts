import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import * as z from "zod";
import { defineJob, type JobDeclaration, type JobOptions } from "../../container/kit/define-job.ts";
import { jobSettings } from "../../infra/job-settings.ts";
import { parseSettings, type Settings } from "../../infra/settings.ts";
import { PROJECT_NAME, stackConfig } from "./mocks.ts";

type Declared = Partial<JobOptions<unknown>> & Readonly<Record<string, unknown>>;

describe("The settings of jobs", () => {
  let settings: Settings;
  before(async () => {
    settings = parseSettings(await stackConfig("dev"), PROJECT_NAME, "dev");
  });

  // The cast: a test may declare what the types refuse.
  const job = (declared: Declared): JobDeclaration => defineJob({ description: "d", input: z.object({}), reports: "exit", ...declared });
  const faults = (jobs: Readonly<Record<string, JobDeclaration>>, changed: Partial<Settings> = {}) => {
    try {
      jobSettings(jobs, { ...settings, ...changed });
      return [];
    } catch (error) {
      assert.ok(error instanceof pulumi.RunError);
      return error.message.split("\n").slice(1).map((line) => line.trim());
    }
  };

  it("are the stack's where the job declares none", () => {
    const { one, two } = jobSettings({ one: job({}), two: job({ cpu: 512, memory: 1024, timeLimitSeconds: 60 }) }, settings);
    assert.deepEqual(one, settings);
    assert.deepEqual([two?.jobCpu, two?.jobMemory, two?.jobTimeLimitSeconds, two?.jobCapacityProvider], [512, 1024, 60, settings.jobCapacityProvider]);
  });

  it("are refused with every wrong field of every job", () => {
    const found = faults({ one: job({ cpu: 300 }), two: job({ cpu: 512, memory: 512, timeLimitSeconds: 1, maxTasks: 0 }), three: job({ reports: "kit", heartbeatSeconds: 100, heartbeatTimeoutSeconds: 150 }) });
    assert.match(found[0]!, /^container\/one\/job\.ts: cpu: is 300; use 256, 512/);
    assert.match(found[1]!, /^container\/two\/job\.ts: timeLimitSeconds: is (1|"1"); use 60 to/);
    assert.match(found[2]!, /^container\/two\/job\.ts: memory: is 512; with jobCpu 512 use 1024 to 4096/);
    assert.match(found[3]!, /^container\/two\/job\.ts: maxTasks: is 0; use a whole number from 1/);
    assert.match(found[4]!, /^container\/three\/job\.ts: heartbeatTimeoutSeconds: is 150; use at least 200/);
    assert.equal(found.length, 5);
  });

  it("are refused with a misspelled field, and with an example that the schema refuses", () => {
    assert.deepEqual(faults({ one: job({ architcture: "amd64" }) }), ["container/one/job.ts: architcture: unknown field"]);
    assert.match(faults({ one: job({ input: z.object({ rows: z.number() }), examples: [{ title: "none", input: {} }] }) }).join(), /^container\/one\/job\.ts: example "none": rows: .*expected number/);
  });

  it("take names that fit AWS's limits and that nothing else has", () => {
    for (const name of ["Totals", "eleven-char", "job", "report", "a_b"]) assert.match(faults({ [name]: job({}) })[0] ?? "", new RegExp(`^container/index\\.ts: ${name}: `), name);
    assert.deepEqual(faults({ "ten-letter": job({}) }), []);
  });

  it("allow permissions on named actions and resources, for which there is an endpoint", () => {
    const read = (actions: `${string}:${string}`[], resources = ["arn:aws:s3:::invoices/*"]) => ({ one: job({ permissions: { Read: { actions, resources } } }) });
    assert.deepEqual(faults(read(["s3:GetObject"])), []);
    assert.match(faults(read(["s3:*"]))[0]!, /permissions\.Read: s3:\* has a wildcard/);
    assert.match(faults(read(["s3:GetObject"], ["*"]))[0]!, /permissions\.Read: names no resource/);
    assert.deepEqual(faults(read(["s3:GetObject"]), { egress: "endpoints" }), []);
    assert.match(faults(read(["sqs:SendMessage"]), { egress: "endpoints" })[0]!, /sqs:SendMessage has no VPC endpoint with egress endpoints/);
  });

  it("keep the task definitions within the variables that Lambda allows", () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`job${index}`, job({})]));
    assert.match(faults(many)[0]!, /^container\/index\.ts: 40 jobs need up to \d+ bytes of the functions' environment variables, of which Lambda allows 4 KB/);
  });
});
