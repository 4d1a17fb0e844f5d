import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { STACKS } from "../infra/mocks.ts";

const PROJECT = join(import.meta.dirname, "../..");

const step = z.looseObject({ uses: z.string().optional(), run: z.string().optional(), with: z.record(z.string(), z.unknown()).optional() });
const job = z.looseObject({
  uses: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.boolean() }).optional(),
  "timeout-minutes": z.number().optional(),
  environment: z.string().optional(),
  needs: z.string().optional(),
  if: z.string().optional(),
  strategy: z.looseObject({ matrix: z.object({ stack: z.array(z.string()) }) }).optional(),
  steps: z.array(step).default([]),
});
const workflow = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  defaults: z.object({ run: z.object({ shell: z.string() }) }).optional(),
  jobs: z.record(z.string(), job),
});
const action = z.looseObject({ runs: z.looseObject({ steps: z.array(step) }) });

const readYaml = async (file: string): Promise<unknown> => parse(await readFile(join(PROJECT, file), "utf8"));

describe("GitHub workflows", () => {
  const files = globSync(".github/workflows/*.yml", { cwd: PROJECT }).sort();
  const workflows = new Map<string, z.output<typeof workflow>>();
  before(async () => {
    for (const file of files) workflows.set(file.replace(/^.*\/(.*)\.yml$/, "$1"), workflow.parse(await readYaml(file)));
  });

  const jobs = () => [...workflows].flatMap(([name, { jobs: all }]) => Object.entries(all).map(([id, definition]) => ({ where: `${name}/${id}`, ...definition })));

  const actionlint = spawnSync("actionlint", ["-version"]).status === 0;
  (actionlint ? it : it.skip)(`are clean by actionlint${actionlint ? "" : " (skipped: actionlint is not on the PATH)"}`, () => {
    const { status, stdout, stderr } = spawnSync("actionlint", ["-no-color"], { cwd: PROJECT, encoding: "utf8" });
    assert.equal(status, 0, stdout + stderr);
  });

  it("pin every action to a commit, and say which version that is", async () => {
    const used = new RegExp(/^\s*-?\s*uses: (\S+)( # v\d+\.\d+\.\d+)?$/, "gm");
    for (const file of [...files, ".github/actions/setup-pulumi/action.yml"]) {
      for (const [line, reference = "", version] of (await readFile(join(PROJECT, file), "utf8")).matchAll(used)) {
        if (reference.startsWith("./")) continue;
        assert.match(reference, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/, `${file}: ${line}`);
        assert.ok(version, `${file}: ${line}`);
      }
    }
    assert.ok(action.parse(await readYaml(".github/actions/setup-pulumi/action.yml")).runs.steps.length > 4);
  });

  it("grant nothing by default, and each job the least: no job can write to the repository, but that which renews the base image", () => {
    for (const [name, { permissions }] of workflows) assert.deepEqual(permissions, {}, name);
    const granted = new Map(jobs().map(({ where, permissions = {} }) => [where, permissions]));
    assert.deepEqual(granted.get("preview/fork"), {});
    for (const [where, permissions] of granted) {
      const writes = Object.entries(permissions).filter(([, access]) => access !== "read").map(([scope]) => scope);
      const allowed = { "preview/preview": ["id-token", "pull-requests"], "base-image/renew": ["contents", "pull-requests"] }[where] ?? ["id-token"];
      assert.deepEqual(writes.filter((scope) => !allowed.includes(scope)), [], where);
    }
  });

  it("keep no token in the checked-out folder, where code of the pull request could read it", () => {
    const checkouts = jobs().flatMap(({ where, steps }) => steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")).map((checkout) => ({ where, checkout })));
    assert.ok(checkouts.length >= 4);
    for (const { where, checkout } of checkouts) assert.equal(checkout.with?.["persist-credentials"], false, where);
  });

  it("name bash as the shell of every script, which then fails when a command in front of a pipe fails", () => {
    for (const [name, { defaults, jobs: all }] of workflows) {
      const runs = Object.values(all).some(({ steps }) => steps.some(({ run }) => run !== undefined));
      if (runs) assert.equal(defaults?.run.shell, "bash", name);
    }
  });

  it("run each preview in a GitHub environment of its own, so that prod's can ask for approval", () => {
    const { preview } = workflows.get("preview")!.jobs;
    assert.equal(preview?.environment, "preview-${{ matrix.stack }}");
    assert.deepEqual(jobs().filter(({ environment }) => environment?.startsWith("preview")).map(({ where }) => where), ["preview/preview"]);
  });

  it("run the program in every refresh, as the documents do: the registry's password in the state has expired", async () => {
    const sources = globSync([".github/workflows/*.yml", "docs/*.md", "*.md"], { cwd: PROJECT });
    const commands = (await Promise.all(sources.map(async (file) => [...(await readFile(join(PROJECT, file), "utf8")).matchAll(/pulumi (refresh|[^`\n]*--refresh)\b[^`\n]*/g)].map(([command]) => `${file}: ${command}`)))).flat();
    assert.ok(commands.length >= 4);
    assert.deepEqual(commands.filter((command) => !command.includes("--run-program")), []);
  });

  it("end every job some time", () => {
    for (const { where, uses, "timeout-minutes": minutes } of jobs()) assert.ok(uses !== undefined || minutes !== undefined, where);
  });

  it("never cancel an update, and run one at a time for each stack", () => {
    const updating = jobs().filter(({ steps }) => steps.some(({ with: inputs }) => inputs?.command === "up"));
    assert.deepEqual(updating.map(({ where }) => where), ["deploy-stack/deploy"]);
    const [{ concurrency, environment }] = updating as [(typeof updating)[0]];
    assert.deepEqual(concurrency, { group: "pulumi-${{ inputs.stack }}", "cancel-in-progress": false });
    assert.equal(environment, "${{ inputs.stack }}");
    for (const [name, definition] of workflows) {
      if (name.startsWith("deploy")) assert.equal(definition.concurrency, undefined, "a group of the workflow could cancel its update");
    }
  });

  it("deploy to dev, then staging, then prod, after the checks", () => {
    const { checks, ...stages } = workflows.get("deploy")!.jobs;
    assert.equal(checks?.uses, "./.github/workflows/checks.yml");
    assert.deepEqual(Object.entries(stages).map(([id, { needs, uses }]) => [id, needs, uses]), [
      ["dev", "checks", "./.github/workflows/deploy-stack.yml"],
      ["staging", "dev", "./.github/workflows/deploy-stack.yml"],
      ["prod", "staging", "./.github/workflows/deploy-stack.yml"],
    ]);
  });

  it("check the program in the real engine with every stack, none of which may be skipped", async () => {
    const commands = workflows.get("checks")!.jobs.test!.steps.map(({ run }) => run);
    assert.ok(commands.includes("npm run test:engine"));
    const { scripts } = JSON.parse(await readFile(join(PROJECT, "package.json"), "utf8")) as { scripts: Record<string, string> };
    assert.match(scripts["test:engine"]!, /^mocha --no-config --forbid-pending .*"test\/engine\/\*\.spec\.ts"$/);
  });

  it("test each stack after its deployment", () => {
    const { steps } = workflows.get("deploy-stack")!.jobs.deploy!;
    const up = steps.findIndex(({ with: inputs }) => inputs?.command === "up");
    const test = steps.findIndex(({ run }) => run?.includes("npm run test:stack"));
    assert.ok(up >= 0 && test > up);
  });

  it("preview and look for drift in every environment, with the policy pack", () => {
    for (const name of ["preview", "drift"]) assert.deepEqual(workflows.get(name)!.jobs[name]!.strategy?.matrix.stack, STACKS);
    const commands = jobs().flatMap(({ steps }) => steps).filter(({ with: inputs }) => inputs?.command !== undefined);
    assert.equal(commands.length, 2);
    for (const { with: inputs } of commands) assert.equal(inputs?.policyPacks, "policy");
  });

  it("preview no pull request from a fork, and say so there", () => {
    const { fork, preview } = workflows.get("preview")!.jobs;
    assert.equal(preview?.if, "github.event.pull_request.head.repo.full_name == github.repository");
    assert.equal(fork?.if, "github.event.pull_request.head.repo.full_name != github.repository");
    assert.match(fork.steps[0]?.run ?? "", /GITHUB_STEP_SUMMARY/);
  });
});
