import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import {
  callbackAnswerShape, callbacksShape, clockShape, deadLettersShape, functionsShape, listShape, logLineShape, queuesShape, redriveShape, reminderDeletedShape,
  reminderShape, schedulesShape, showShape, skipShape, startShape, stopShape, tasksShape,
} from "../../cli/shapes.ts";
import { FUNCTION_NAMES, WORKFLOWS } from "../../infra/workflows.ts";
import { until } from "../../operator/follow.ts";
import { DEADLINE_MS, LocalStack } from "./local-stack.ts";
import { runCommand } from "./terminal.ts";

const PROJECT = resolve(import.meta.dirname, "../..");

/** Where nothing listens any more. */
async function closedEndpoint(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

describe("wf on a local stack", function () {
  this.timeout(90_000);

  const stack = new LocalStack();
  const jobRuns = (execution: string) =>
    stack.untilShown(execution, "the job runs and is waited for", ({ tasks, operations }) => tasks[0]?.status === "RUNNING" && operations.some(({ name, status }) => name === "await-start" && status === "SUCCEEDED"));

  before(async () => {
    await stack.start({
      answered: ["callback-job", '{"message":"hello","processingTime":300,"hang":true}'],
      "by-hand": ["callback-job", '{"message":"hello","processingTime":300}'],
      stopped: ["callback-job", '{"message":"hello","processingTime":300}'],
    });
    stack.started["wrong"] = await stack.startUnchecked("math", '{"num1":"x"}', "wrong");
  });
  after(() => stack.end());

  describe("callback, tasks and logs", () => {
    it("answer an execution that is named, and show and stop the task it has started", async () => {
      const { tasks } = await jobRuns("answered");
      const { callbacks } = await stack.json(callbacksShape, "callback", "list");
      const callback = callbacks.find(({ execution }) => execution === stack.started["answered"]);
      assert.equal(callback?.name, "job-report");

      const text = (await stack.wf(["show", "answered"])).out;
      assert.match(text, /● job-report +callback .*open\n[^]*✓ run-task +step[^]*\n {2}● {3}task [0-9a-f]{12} +task .*RUNNING\n/);
      assert.match(text, /waiting for callback job-report: wf callback success /);

      assert.deepEqual(await stack.json(callbackAnswerShape, "callback", "heartbeat", "answered"), { callbackId: callback.callbackId, answer: "heartbeat" });
      assert.equal((await stack.wf(["callback", "success", "answered", "--name", "other"])).code, 3);
      assert.deepEqual(await stack.json(callbackAnswerShape, "callback", "success", "answered", '{"by":"hand"}'), { callbackId: callback.callbackId, answer: "success" });
      const closed = await stack.untilShown("answered", "the end", ({ status }) => status !== "RUNNING");
      assert.deepEqual([closed.status, closed.result], ["SUCCEEDED", { by: "hand" }]);
      const late = await stack.wf(["callback", "failure", callback.callbackId, "too late"]);
      assert.equal(late.code, 1);
      assert.match(late.err, /^CallbackTimeoutException/);

      // task-watchdog stops what an execution has left.
      await until("its task is stopped", DEADLINE_MS, async () => (await stack.json(tasksShape, "tasks", "--status", "stopped")).tasks.find(({ arn, status }) => arn === tasks[0]?.arn && status === "STOPPED"));
    });

    it("stop a task, by a part of its id", async () => {
      const { tasks, id } = await jobRuns("by-hand");
      const task = tasks[0]!;
      assert.ok((await stack.json(tasksShape, "tasks", "--status", "running")).tasks.some(({ arn, executionId }) => arn === task.arn && executionId === id));
      assert.equal((await stack.wf(["tasks", "stop", task.id.slice(0, 12), "--reason", "enough"])).code, 0);
      const stopped = await until("the task has stopped", DEADLINE_MS, async () =>
        (await stack.json(tasksShape, "tasks", "--status", "stopped")).tasks.find((candidate) => candidate.arn === task.arn && candidate.status === "STOPPED"),
      );
      assert.equal(stopped.stoppedReason, "enough");
      assert.equal((await stack.wf(["tasks", "stop", task.arn])).code, 1);
      assert.equal((await stack.wf(["tasks", "stop", "ffffffff"])).code, 3);
      assert.match((await stack.wf(["tasks"])).out, new RegExp(`STOPPED +${task.id.slice(0, 12)} .*enough`));
    });

    it("print the lines of an execution with its task's, of a function and of a task, and follow one to its end", async () => {
      const { tasks } = await jobRuns("stopped");
      const taskLine = await until("the job's first line", DEADLINE_MS, async () => {
        const { out } = await stack.wf(["logs", tasks[0]!.id]);
        return out.includes("The job starts") ? out : undefined;
      });
      assert.match(taskLine, new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} {2}task/${tasks[0]!.id.slice(0, 12)} {2}INFO {3}The job starts`));

      let isFollowing: () => void;
      const following = new Promise<void>((done) => (isFollowing = done));
      const follow = stack.wf(["logs", "stopped", "--follow", "--json"], { onOut: () => isFollowing() });
      await following;
      const stop = await stack.json(stopShape, "stop", "stopped", "--reason", "changed my mind");
      assert.equal(stop.arn, stack.started["stopped"]);
      const { code, out } = await follow;
      assert.equal(code, 0);
      const lines = out.trimEnd().split("\n").map((line) => logLineShape.strict().parse(JSON.parse(line)));
      assert.ok(lines.some(({ source }) => source === "callback-job"));
      assert.ok(lines.some(({ source, timestamp }) => source === `task/${tasks[0]!.id}` && timestamp > stop.stoppedAt), "the job's last words are there");
      assert.equal(new Set(out.trimEnd().split("\n")).size, lines.length, "no line comes twice");

      const shown = await stack.show("stopped");
      assert.deepEqual([shown.status, shown.error], ["STOPPED", { type: "Stopped", message: "changed my mind" }]);
      const again = await stack.wf(["stop", "stopped"]);
      assert.deepEqual([again.code, again.err], [1, "The execution has ended already: STOPPED.\n"]);
      assert.match((await stack.wf(["show", "stopped"])).out, /- job-report +callback .*unfinished\n/);

      const interrupt = new AbortController();
      const functionLog = await stack.wf(["logs", "callback-job", "--follow"], { interrupted: interrupt.signal, onOut: () => interrupt.abort() });
      assert.match(functionLog.out, / {2}callback-job {2}/);
      assert.equal((await stack.wf(["logs", "nobody"])).code, 3);
    });
  });

  describe("clock", () => {
    it("skips a wait, which ends the execution that is waited for", async () => {
      const { arn } = await stack.json(startShape, "start", "report", "{}", "--name", "skipped");
      await stack.untilShown("skipped", "the wait", ({ operations }) => operations.some(({ type, status }) => type === "WAIT" && status === "STARTED"));
      assert.match((await stack.wf(["show", "skipped"])).out, /● \w+ +wait .* s left\n/);
      const skipped = await stack.json(skipShape, "clock", "skip", "skipped");
      assert.deepEqual([skipped.arn, skipped.operations.length, skipped.operations[0]?.type], [arn, 1, "WAIT"]);
      const closed = await stack.untilShown("skipped", "the end", ({ status }) => status !== "RUNNING");
      assert.equal(closed.status, "SUCCEEDED");
      assert.ok(Date.parse(skipped.due) > Date.parse(closed.endedAt!));
      const { code, err } = await stack.wf(["clock", "skip", "skipped"]);
      assert.deepEqual([code, err], [1, "InvalidParameterValueException: The execution waits for no timer.\n"]);
    });

    it("changes the speed, which every look at executions then tells", async () => {
      assert.deepEqual(await stack.json(clockShape, "clock"), { speed: 1 });
      assert.equal((await stack.wf(["list"])).err.includes("clock"), false);
      assert.deepEqual(await stack.json(clockShape, "clock", "speed", "20"), { speed: 20 });
      for (const words of [["list"], ["show", "stopped"]]) assert.match((await stack.wf(words)).err, /^The clock runs 20 times as fast/);
      assert.equal((await stack.json(listShape, "list")).speed, 20);
      const { code, err } = await stack.wf(["start", "report", "{}", "--name", "quick", "--wait"]);
      assert.equal(code, 0, err);
      assert.match(err, /^arn:.*\nThe clock runs 20 times as fast/);
      const quick = await stack.show("quick");
      assert.ok(Date.parse(quick.endedAt!) - Date.parse(quick.startedAt) < 9_000);
      assert.match((await stack.wf(["clock", "speed", "1"])).out, /real time/);
      for (const factor of ["0", "1001", "fast"]) assert.equal((await stack.wf(["clock", "speed", factor])).code, 2);
    });
  });

  describe("schedules and reminders", () => {
    it("list the schedule of every function that one starts", async () => {
      const { schedules } = await stack.json(schedulesShape, "schedules");
      assert.deepEqual(schedules.map(({ target }) => target).toSorted(), [...FUNCTION_NAMES.filter((name) => WORKFLOWS[name].schedule !== undefined), "task-sweep"].toSorted());
    });

    it("create one, list it with the moment at which it fires, and delete it", async () => {
      const reminder = await stack.json(reminderShape, "reminders", "create", "tea", "+1d", '{"cup":1}');
      assert.deepEqual([reminder.key, reminder.created], ["tea", true]);
      assert.match((await stack.wf(["reminders", "create", "tea", "2999-01-01T00:00:00", "--time-zone", "Europe/Berlin"])).out, /^There is already tea/);
      const { schedules } = await stack.json(schedulesShape, "schedules", "--next", "2");
      const tea = schedules.find(({ name }) => name === "tea")!;
      assert.equal(tea.target, "reminder");
      assert.deepEqual(tea.next, [`${reminder.at}+00:00`]);
      const report = schedules.find(({ target }) => target === "report")!;
      assert.equal(report.next.length, 2);
      assert.ok(Date.parse(report.next[1]!) > Date.parse(report.next[0]!) && Date.parse(report.next[0]!) > Date.now());
      assert.match((await stack.wf(["schedules"])).out, /\nreminder +tea +at\(/);
      await stack.json(reminderDeletedShape, "reminders", "delete", "tea");
      assert.equal((await stack.wf(["reminders", "delete", "tea"])).code, 3);
      const past = await stack.wf(["reminders", "create", "late", "2020-01-01T00:00:00"]);
      assert.equal(past.code, 1);
      assert.match(past.err, /in the past/);
    });
  });

  describe("dead-letters", () => {
    it("show what failed for good, and start it again under the message's id, once", async () => {
      // What is read is hidden for a while, which need not be so long here.
      await stack.json(clockShape, "clock", "speed", "20");
      const letters = () => stack.json(deadLettersShape, "dead-letters", "show", "math");
      const [letter] = (await until("a dead letter", DEADLINE_MS, async () => {
        const { queues } = await stack.json(queuesShape, "dead-letters", "list");
        return (queues.find(({ name }) => name === "math")?.messages ?? 0) > 0 ? (await letters()).messages : undefined;
      })).filter(({ attributes }) => attributes["RequestID"] === stack.started["wrong"]!.split("/").at(-1));
      assert.deepEqual(letter?.body, { num1: "x" });
      assert.equal(letter.attributes["ErrorCode"], "InvalidInput");

      const { redriven } = await stack.json(redriveShape, "dead-letters", "redrive", "math", letter.id);
      assert.deepEqual(redriven.map(({ id }) => id), [letter.id]);
      const again = await stack.untilShown(letter.id, "the end", ({ status }) => status !== "RUNNING");
      assert.deepEqual([again.arn, again.name, again.status, again.input], [redriven[0]!.arn, letter.id, "FAILED", { num1: "x" }]);
      assert.equal((await stack.wf(["dead-letters", "redrive", "math", letter.id])).code, 3);
      assert.equal((await stack.wf(["dead-letters", "show", "nothing"])).code, 3);
      await stack.json(clockShape, "clock", "speed", "1");
      assert.match((await stack.wf(["dead-letters", "list"])).out, /\n\d+ +math +http/);
    });
  });

  it("functions lists them with what they are set to", async () => {
    const { functions } = await stack.json(functionsShape, "functions");
    assert.deepEqual(functions.map(({ name }) => name).sort(), [...FUNCTION_NAMES].sort());
    assert.deepEqual(functions.filter(({ durable }) => durable === null).map(({ name }) => name).sort(), ["task-sweep", "task-watchdog"]);
    assert.match((await stack.wf(["functions"])).out, /\nmath +1 /);
  });

  it("works on a deployed stack by its outputs, but does not touch AWS's clock", async () => {
    const { endpoint, region, credentials, outputs } = JSON.parse(readFileSync(join(stack.data, "outputs.json"), "utf8")) as {
      endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string }; outputs: object;
    };
    // Stands in for Pulumi and AWS: outputs as it prints them, and the local endpoint by the SDK's own variable.
    const bin = join(stack.folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "pulumi"), `#!/bin/sh\ncat <<'END'\n${JSON.stringify(outputs)}\nEND\n`, { mode: 0o755 });
    const env = {
      ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`, AWS_ENDPOINT_URL: endpoint, AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    const mainIn = (environment: NodeJS.ProcessEnv, ...words: string[]) => promisify(execFile)(process.execPath, [join(PROJECT, "cli/main.ts"), ...words, "--deployed"], { env: environment });
    const main = mainIn.bind(undefined, env);
    const { stdout } = await main("show", "wrong", "--json");
    assert.equal(showShape.strict().parse(JSON.parse(stdout)).arn, stack.started["wrong"]);
    await assert.rejects(main("clock", "speed", "2"), (error: { code: number; stderr: string }) => {
      assert.deepEqual([error.code, error.stderr], [2, "The stack dev is deployed: only a local stack's clock can be controlled.\n"]);
      return true;
    });
    await assert.rejects(mainIn({ ...env, AWS_ENDPOINT_URL: await closedEndpoint() }, "functions"), { code: 4, stdout: "", stderr: "AWS does not answer (ECONNREFUSED). Check the network.\n" });
  });

  it("tells in one line, and by exit code 4, that a stack does not run or takes no such credentials", async () => {
    const other = join(stack.folder, "other");
    const nowhere = await runCommand(["list", "--data", other]);
    assert.equal(nowhere.code, 4);
    assert.match(nowhere.err, /^The local stack dev is not running: .*npm start -- --data .*\n$/);

    cpSync(stack.data, other, { recursive: true, filter: (source) => source === stack.data || source.endsWith("outputs.json") });
    const file = join(other, "outputs.json");
    const outputs = JSON.parse(readFileSync(file, "utf8")) as { credentials: { secretAccessKey: string } };
    writeFileSync(file, JSON.stringify({ ...outputs, credentials: { ...outputs.credentials, secretAccessKey: "wrong" } }));
    const refused = await runCommand(["show", "wrong", "--data", other]);
    assert.equal(refused.code, 4);
    assert.match(refused.err, /^The stack does not take the credentials: [^\n]*\n$/);
    writeFileSync(file, JSON.stringify({ ...outputs, endpoint: await closedEndpoint() }));
    for (const words of [["list"], ["clock"], ["show", "wrong"], ["stop", "wrong"]]) {
      const down = await runCommand([...words, "--data", other]);
      assert.equal(down.code, 4, words.join(" "));
      assert.match(down.err, /^The stack does not answer \(ECONNREFUSED\)\. Start the local one with: npm start [^\n]*\n$/);
    }
  });
});
