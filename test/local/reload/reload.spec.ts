import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { DescribeTasksCommand, ECSClient, RunTaskCommand } from "@aws-sdk/client-ecs";
import { GetDurableExecutionCommand, GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ReloadOutcome } from "../../../local/reload/reload-state.ts";
import { startStack, type RunningStack } from "../../../local/stack.ts";
import { declared, eventually, processesOf, ReloadProgram } from "./reload-program.ts";

describe("A saved change of the program", function () {
  this.timeout(120_000);
  let program: ReloadProgram;
  let stack: RunningStack;
  let lambda: LambdaClient;
  let scheduler: SchedulerClient;
  let ecs: ECSClient;
  const outcomes: ReloadOutcome[] = [];

  before(async () => {
    program = new ReloadProgram();
    const onFatal = (error: Error) => assert.fail(error);
    stack = await startStack({ projectFolder: program.folder, stack: "dev", dataFolder: program.data, port: 0, speed: 1, onFatal, onReload: (outcome) => outcomes.push(outcome) });
    const { endpoint, region, credentials } = stack;
    lambda = new LambdaClient({ endpoint, region, credentials });
    scheduler = new SchedulerClient({ endpoint, region, credentials });
    ecs = new ECSClient({ endpoint, region, credentials });
  });
  after(async () => {
    for (const client of [lambda, scheduler, ecs]) client.destroy();
    await stack.stop();
    program.remove();
  });

  /** Saves files and waits for what comes of it. */
  async function reloaded(save: () => void): Promise<ReloadOutcome> {
    const known = outcomes.length;
    save();
    await eventually("a reload", () => outcomes.length > known);
    return outcomes[known]!;
  }

  /** @returns what has changed */
  async function reloadedWell(save: () => void): Promise<readonly string[]> {
    const outcome = await reloaded(save);
    assert.ok(outcome.kind === "reloaded", JSON.stringify(outcome));
    return outcome.changes;
  }

  /** @returns why it failed */
  async function refused(save: () => void): Promise<string> {
    const outcome = await reloaded(save);
    assert.ok(outcome.kind === "failed", JSON.stringify(outcome));
    return outcome.message;
  }

  async function invoke(name: string, input: object = {}): Promise<unknown> {
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(input) }));
    return JSON.parse(new TextDecoder().decode(Payload));
  }

  async function begin(name: string, seconds: number): Promise<string> {
    const { DurableExecutionArn = "" } = await lambda.send(new InvokeCommand({ FunctionName: name, InvocationType: "Event", Payload: JSON.stringify({ seconds }) }));
    return DurableExecutionArn;
  }

  const execution = (arn: string) => lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }));
  async function ended(arn: string): Promise<unknown> {
    await eventually("the execution has ended", async () => (await execution(arn)).Status !== "RUNNING");
    const { Status, Result, Error: error } = await execution(arn);
    return Status === "SUCCEEDED" ? JSON.parse(Result ?? "") : [Status, error];
  }
  const codeFolder = (name: string) => join(program.data, "functions", name);
  const codeOf = (name: string) => (existsSync(codeFolder(name)) ? readdirSync(codeFolder(name)) : []);
  const pruned = (name: string, versions: string[]) => eventually(`${name} has versions ${versions.join()}`, () => isDeepStrictEqual(codeOf(name), versions));

  it("of a handler goes live without an evaluation; running executions stay on their version, which goes with the last of them", async () => {
    assert.equal(await invoke("first:live"), "one");
    const running = await begin("first:live", 4);
    const evaluations = program.read(".build/evaluations");
    assert.deepEqual(await reloadedWell(() => program.handler("first", "two")), ["first:2"]);
    assert.equal(program.read(".build/evaluations"), evaluations);
    assert.equal(await invoke("first:live"), "two");
    assert.equal(stack.outputs.firstVersion, "2");
    assert.equal(stack.outputs.secondVersion, "1");
    assert.deepEqual(codeOf("first"), ["1", "2"]);
    assert.equal((await execution(running)).Version, "1");
    assert.equal(await ended(running), "one");
    await pruned("first", ["2"]);
    await eventually("no process of version 1", () => processesOf(`${codeFolder("first")}/1`).length === 0);
    assert.ok(processesOf(`${codeFolder("first")}/2`).length > 0);
    // Its history stays.
    assert.equal((await execution(running)).Version, "1");
    await assert.rejects(invoke("first:1"), { name: "ResourceNotFoundException" });
  });

  it("of code that is deployed as it is reaches $LATEST of an unpublished function", async () => {
    assert.equal(await invoke("plain"), "one");
    assert.deepEqual(await reloadedWell(() => program.write("plain/index.mjs", "export const handler = async () => 'two';\n")), ["plain:2"]);
    assert.equal(await invoke("plain"), "two");
    await pruned("plain", ["2"]);
  });

  it("that does not compile leaves the old version running, and says where; the next one is taken", async () => {
    assert.match(await refused(() => program.write("functions/first.ts", "export const handler = (;\n")), /functions\/first\.ts:1:24/);
    assert.equal(await invoke("first:live"), "two");
    assert.deepEqual(await reloadedWell(() => program.handler("first", "three")), ["first:3"]);
    assert.equal(await invoke("first:live"), "three");
  });

  it("that does not evaluate leaves everything as it was, and says where", async () => {
    const sound = program.read("declared.ts");
    for (const [broken, where] of [
      [`${sound}undefinedName;\n`, /undefinedName is not defined[\s\S]*declared\.ts:4:1/],
      ["export const = 1;\n", /declared\.ts:1\b/],
      [declared({ cron: "cron(0 3 * *)" }), /nightly.*cron\(0 3 \* \*\)/s],
    ] as const) {
      assert.match(await refused(() => program.write("declared.ts", broken)), where);
      assert.equal(await invoke("first:live"), "three");
      assert.equal((await scheduler.send(new GetScheduleCommand({ Name: "nightly" }))).ScheduleExpression, "cron(0 3 * * ? *)");
    }
    assert.deepEqual(await reloadedWell(() => program.write("declared.ts", sound)), []);
  });

  it("of a cron changes the schedule alone", async () => {
    assert.deepEqual(await reloadedWell(() => program.write("declared.ts", declared({ cron: "cron(30 4 * * ? *)" }))), ["nightly"]);
    assert.equal((await scheduler.send(new GetScheduleCommand({ Name: "nightly" }))).ScheduleExpression, "cron(30 4 * * ? *)");
    assert.equal(stack.outputs.firstVersion, "3");
  });

  it("that renames a job leaves its running tasks, and starts new ones under the new name", async () => {
    const run = async () => (await ecs.send(new RunTaskCommand({ cluster: "cluster", taskDefinition: String(stack.outputs.taskDefinitionArn), launchType: "FARGATE", networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } } }))).tasks?.[0]?.taskArn ?? "";
    const status = async (task: string) => (await ecs.send(new DescribeTasksCommand({ cluster: "cluster", tasks: [task] }))).tasks?.[0]?.lastStatus;
    const old = await run();
    await eventually("the task runs", async () => (await status(old)) === "RUNNING");
    const images = readdirSync(join(program.data, "images"));
    assert.deepEqual(await reloadedWell(() => program.write("declared.ts", declared({ cron: "cron(30 4 * * ? *)", job: "renamed" }))), ["renamed:1", "job:1 removed"]);
    assert.match(String(stack.outputs.taskDefinitionArn), /task-definition\/renamed:1$/);
    const renamed = await run();
    await eventually("the new task runs", async () => (await status(renamed)) === "RUNNING");
    assert.deepEqual(await reloadedWell(() => program.write("job/job.mjs", "setTimeout(() => {}, 700_000);\n")), ["renamed:2"]);
    assert.equal(await status(old), "RUNNING");
    assert.ok(images.every((name) => readdirSync(join(program.data, "images")).includes(name)), "the image of running tasks is kept");
  });

  it("that removes a function lets its executions end with its role and logs, and starts no more", async () => {
    const running = await begin("second:live", 4);
    const changes = await reloadedWell(() => program.write("declared.ts", declared({ cron: "cron(30 4 * * ? *)", job: "renamed", functions: ["first"] })));
    assert.ok(changes.includes("second:1 removed"), changes.join());
    for (const name of ["second", "second:live", "second:1"]) await assert.rejects(begin(name, 0), { name: "ResourceNotFoundException" });
    await assert.rejects(lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "second" })), { name: "ResourceNotFoundException" });
    assert.equal(await ended(running), "one");
    await pruned("second", []);
    await eventually("no process of the function", () => processesOf(codeFolder("second")).length === 0);
    assert.deepEqual(stack.iam.denials(), []);
  });
});
