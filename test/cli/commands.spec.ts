import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import type * as z from "zod";
import {
  callbackAnswerShape, callbacksShape, clockShape, deadLettersShape, functionsShape, listShape, logLineShape, queuesShape, redriveShape, reminderDeletedShape,
  reminderShape, schedulesShape, showShape, skipShape, startShape, stopShape, tasksShape,
} from "../../cli/shapes.ts";
import { killHost, startHost } from "../local/host.ts";
import { runCommand, type Ran, type RunOptions } from "./terminal.ts";
import { until } from "../../local/tour/executions.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const DEADLINE_MS = 30_000;

/** Where nothing listens any more. */
async function closedEndpoint(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

describe("wf, on a local stack", function () {
  this.timeout(90_000);

  let folder: string;
  let data: string;
  let host: ChildProcess;
  const started: Record<string, string> = {};

  const wf = (words: readonly string[], options?: RunOptions): Promise<Ran> => runCommand([...words, "--data", data], options);

  /** The answer of a command that succeeds, in its shape and with nothing that the shape does not name. */
  async function json<Shape extends z.ZodObject>(shape: Shape, ...words: string[]): Promise<z.output<Shape>> {
    const { code, out, err } = await wf([...words, "--json"]);
    assert.equal(code, 0, err);
    return shape.strict().parse(JSON.parse(out)) as z.output<Shape>; // `strict` changes what is refused, not what comes out.
  }

  const show = (execution: string) => json(showShape, "show", execution);

  function untilShown(execution: string, what: string, isSo: (shown: z.output<typeof showShape>) => boolean) {
    return until(what, DEADLINE_MS, async () => {
      const shown = await show(execution);
      return isSo(shown) ? shown : undefined;
    });
  }

  const jobRuns = (execution: string) =>
    untilShown(execution, "the job runs and is waited for", ({ tasks, operations }) => tasks[0]?.status === "RUNNING" && operations.some(({ name, status }) => name === "await-start" && status === "SUCCEEDED"));

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "wf-"));
    data = join(folder, "data");
    host = await startHost(data);
    const job = '{"message":"hello","processingTime":300}';
    // Without heartbeats a job does not notice that nobody waits for it any more, so its task is there to be stopped.
    const hanging = '{"message":"hello","processingTime":300,"hang":true}';
    const starts = { answered: ["callback-job", hanging], stopped: ["callback-job", job], slow: ["report", "{}"], sum: ["math", '{"num1":10,"num2":0}'], wrong: ["math", '{"num1":"x"}'] };
    await Promise.all(
      Object.entries(starts).map(async ([name, [functionName = "", payload = ""]]) => {
        started[name] = (await json(startShape, "start", functionName, payload, "--name", name)).arn!;
      }),
    );
  });

  after(async () => {
    await killHost(host);
    rmSync(folder, { recursive: true });
  });

  describe("start", () => {
    it("waits for the result, prints it alone on standard output, and ends with 0", async () => {
      const { code, out, err } = await wf(["start", "math", '{"num1":10,"num2":5}', "--wait"]);
      assert.equal(code, 0);
      assert.deepEqual((JSON.parse(out) as { results: unknown }).results, { add: 15, subtract: 5, multiply: 50, divide: 2 });
      assert.match(err, /^arn:.*\n[^]*SUCCEEDED in /);
    });

    it("ends with 1 when the execution fails, and says why", async () => {
      const { code, out, err } = await wf(["start", "math", '{"num1":true}', "--wait"]);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, /FAILED in [^]*InvalidInput: num1: /);
      const failed = await wf(["start", "math", '{"num1":true}', "--wait", "--json"]);
      assert.equal(failed.code, 1);
      assert.equal(startShape.strict().parse(JSON.parse(failed.out)).error?.type, "InvalidInput");
    });

    it("takes its payload from a file and from standard input", async () => {
      const file = join(folder, "input.json");
      writeFileSync(file, '{"num1":7}');
      const [fromFile, fromInput] = await Promise.all([wf(["start", "math", `@${file}`, "--wait"]), wf(["start", "math", "-", "--wait"], { stdin: '{"num2":7}' })]);
      assert.match(fromFile.out, /"add":7/);
      assert.match(fromInput.out, /"subtract":-7/);
    });

    it("with the name and payload of an execution answers that execution, and refuses another payload", async () => {
      assert.equal((await json(startShape, "start", "report", "{}", "--name", "slow")).arn, started["slow"]);
      const other = await wf(["start", "report", '{"scheduledTime":"x"}', "--name", "slow"]);
      assert.deepEqual([other.code, other.out], [1, ""]);
      assert.match(other.err, /^DurableExecutionAlreadyStartedException: .*\n$/);
    });

    it("starts nothing for a payload that is not JSON, a file that is not there, or a function that nobody knows", async () => {
      for (const [words, code, message] of [
        [["start", "math", "{num1}"], 2, /^The payload is not JSON/],
        [["start", "math", "@/nowhere.json"], 2, /^The payload cannot be read/],
        [["start", "maths"], 3, /no function "maths"\. It has report, math, poll-job/],
        [["start", "re"], 2, /may be any of report, reminder\./],
      ] as const) {
        const ran = await wf(words);
        assert.deepEqual([ran.code, ran.out], [code, ""]);
        assert.match(ran.err, message);
      }
    });
  });

  describe("list", () => {
    const named = async (...words: string[]) => (await json(listShape, "list", ...words)).executions.map(({ name }) => name).sort();

    it("filters by function, status, text and age, newest first", async () => {
      assert.deepEqual(await named("--function", "callback-job", "--status", "running"), ["answered", "stopped"]);
      assert.deepEqual(await named("--text", "SLO"), ["slow"]);
      assert.deepEqual(await named("--since", "2999-01-01"), []);
      assert.ok((await named("--since", "5m", "--function", "report")).includes("slow"));
      const { executions, speed } = await json(listShape, "list");
      assert.equal(speed, 1);
      const starts = executions.map(({ startedAt }) => startedAt);
      assert.deepEqual(starts, starts.toSorted().reverse());
      assert.deepEqual((await json(listShape, "list", "--limit", "2")).executions, executions.slice(0, 2));
    });

    it("keeps to the width of the terminal", async () => {
      for (const columns of [60, 80, 120]) {
        const { out } = await wf(["list"], { columns });
        assert.match(out, /^STATUS +FUNCTION +STARTED +TIME +NAME OR ID\n/);
        assert.ok(out.split("\n").every((line) => line.length <= columns), out);
        assert.match(out, /RUNNING +callback-job .* answered\n/);
      }
    });
  });

  describe("show", () => {
    it("draws parallel branches, nested, with the one that failed", async () => {
      await untilShown("sum", "the end", ({ status }) => status !== "RUNNING");
      const { code, out } = await wf(["show", "sum"]);
      assert.equal(code, 0);
      assert.match(out, /^math {2}SUCCEEDED {2}in .* sum\narn:/);
      assert.match(out, /\n {2}✓ math +parallel .*─[^]*\n {2}✓ {3}add +branch [^]*\n {2}✓ {5}add +step .*█[^]*\n {2}✗ {5}divide +step .*DivisionByZero: Division by zero\n/);
      assert.match(out, /\ninput +\{"num1":10,"num2":0\}\nresult +\{"status":"FAILED"[^]*\nbilled {2}10 operations; 1 invocation\n$/);
      const shown = await show("sum");
      assert.equal(shown.operations.length, 9);
      assert.equal(shown.operations.find(({ name, type }) => name === "divide" && type === "STEP")?.attempts[0]?.error?.type, "DivisionByZero");
    });

    it("finds an execution by its ARN, name, id, and the beginning or end of either", async () => {
      const { arn, id } = await show("sum");
      for (const reference of [arn, id, id.slice(0, -4), id.slice(-12), "su"]) assert.equal((await show(reference)).arn, arn, reference);
    });

    it("says that there is none, or names those that may be meant", async () => {
      for (const reference of ["nobody", `${started["sum"]!}x`, "arn:aws:lambda:eu-west-1:000000000000:function:f:1/durable-execution/a/b/c", "a b"]) {
        const { code, out, err } = await wf(["show", reference]);
        assert.deepEqual([code, out], [3, ""], reference);
        assert.match(err, /^There is no execution .*wf list/);
      }
      const { code, err } = await wf(["show", "s"]);
      assert.equal(code, 2);
      assert.ok(["sum", "slow", "stopped"].every((name) => err.includes(`/${name}/`)), err);
    });
  });

  describe("callback, tasks and logs", () => {
    it("answer an execution that is named, and show and stop the task it has started", async () => {
      const { tasks, id } = await jobRuns("answered");
      const { callbacks } = await json(callbacksShape, "callback", "list");
      const callback = callbacks.find(({ execution }) => execution === started["answered"]);
      assert.equal(callback?.name, "job-report");

      const text = (await wf(["show", "answered"])).out;
      assert.match(text, /● job-report +callback .*open\n[^]*✓ run-task +step[^]*\n {2}● {3}task [0-9a-f]{12} +task .*RUNNING\n/);
      assert.match(text, /waiting for callback job-report: wf callback success /);

      assert.deepEqual(await json(callbackAnswerShape, "callback", "heartbeat", "answered"), { callbackId: callback.callbackId, answer: "heartbeat" });
      assert.equal((await wf(["callback", "success", "answered", "--name", "other"])).code, 3);
      assert.deepEqual(await json(callbackAnswerShape, "callback", "success", "answered", '{"by":"hand"}'), { callbackId: callback.callbackId, answer: "success" });
      const closed = await untilShown("answered", "the end", ({ status }) => status !== "RUNNING");
      assert.deepEqual([closed.status, closed.result], ["SUCCEEDED", { by: "hand" }]);
      const late = await wf(["callback", "failure", callback.callbackId, "too late"]);
      assert.equal(late.code, 1);
      assert.match(late.err, /^CallbackTimeoutException/);

      const task = tasks[0]!;
      assert.ok((await json(tasksShape, "tasks", "--status", "running")).tasks.some(({ arn, executionId }) => arn === task.arn && executionId === id));
      assert.equal((await wf(["tasks", "stop", task.id.slice(0, 12), "--reason", "enough"])).code, 0);
      const stopped = await until("the task has stopped", DEADLINE_MS, async () =>
        (await json(tasksShape, "tasks", "--status", "stopped")).tasks.find((candidate) => candidate.arn === task.arn && candidate.status === "STOPPED"),
      );
      assert.equal(stopped.stoppedReason, "enough");
      assert.equal((await wf(["tasks", "stop", task.arn])).code, 1);
      assert.equal((await wf(["tasks", "stop", "ffffffff"])).code, 3);
      assert.match((await wf(["tasks"])).out, new RegExp(`^STATUS[^]*STOPPED +${task.id.slice(0, 12)} .*enough`));
    });

    it("print the lines of an execution with its task's, of a function and of a task, and follow one to its end", async () => {
      const { tasks } = await jobRuns("stopped");
      const taskLine = await until("the job's first line", DEADLINE_MS, async () => {
        const { out } = await wf(["logs", tasks[0]!.id]);
        return out.includes("The job starts") ? out : undefined;
      });
      assert.match(taskLine, new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} {2}task/${tasks[0]!.id.slice(0, 12)} {2}INFO {3}The job starts`));

      let isFollowing: () => void;
      const following = new Promise<void>((done) => (isFollowing = done));
      const follow = wf(["logs", "stopped", "--follow", "--json"], { onOut: () => isFollowing() });
      await following;
      const stop = await json(stopShape, "stop", "stopped", "--reason", "changed my mind");
      assert.equal(stop.arn, started["stopped"]);
      const { code, out } = await follow;
      assert.equal(code, 0);
      const lines = out.trimEnd().split("\n").map((line) => logLineShape.strict().parse(JSON.parse(line)));
      assert.ok(lines.some(({ source }) => source === "callback-job"));
      assert.ok(lines.some(({ source, timestamp }) => source === `task/${tasks[0]!.id}` && timestamp > stop.stoppedAt), "the job's last words are there");
      assert.equal(new Set(out.trimEnd().split("\n")).size, lines.length, "no line comes twice");

      const shown = await show("stopped");
      assert.deepEqual([shown.status, shown.error], ["STOPPED", { type: "Stopped", message: "changed my mind" }]);
      const again = await wf(["stop", "stopped"]);
      assert.deepEqual([again.code, again.err], [1, "The execution has ended already: STOPPED.\n"]);
      assert.match((await wf(["show", "stopped"])).out, /- job-report +callback .*unfinished\n/);

      const interrupt = new AbortController();
      const functionLog = await wf(["logs", "callback-job", "--follow"], { interrupted: interrupt.signal, onOut: () => interrupt.abort() });
      assert.match(functionLog.out, / {2}callback-job {2}/);
      assert.equal((await wf(["logs", "nobody"])).code, 3);
    });
  });

  describe("clock", () => {
    it("skips a wait, which ends the execution that is waited for", async () => {
      const { arn } = await json(startShape, "start", "report", "{}", "--name", "skipped");
      await untilShown("skipped", "the wait", ({ operations }) => operations.some(({ type, status }) => type === "WAIT" && status === "STARTED"));
      assert.match((await wf(["show", "skipped"])).out, /● \w+ +wait .* s left\n/);
      const skipped = await json(skipShape, "clock", "skip", "skipped");
      assert.deepEqual([skipped.arn, skipped.operations.length, skipped.operations[0]?.type], [arn, 1, "WAIT"]);
      const closed = await untilShown("skipped", "the end", ({ status }) => status !== "RUNNING");
      assert.equal(closed.status, "SUCCEEDED");
      assert.ok(Date.parse(skipped.due) > Date.parse(closed.endedAt!));
      const { code, err } = await wf(["clock", "skip", "skipped"]);
      assert.deepEqual([code, err], [1, "InvalidParameterValueException: The execution waits for no timer.\n"]);
    });

    it("changes the speed, which every look at executions then tells", async () => {
      assert.deepEqual(await json(clockShape, "clock"), { speed: 1 });
      assert.equal((await wf(["list"])).err.includes("clock"), false);
      assert.deepEqual(await json(clockShape, "clock", "speed", "20"), { speed: 20 });
      for (const words of [["list"], ["show", "sum"]]) assert.match((await wf(words)).err, /^The clock runs 20 times as fast/);
      assert.equal((await json(listShape, "list")).speed, 20);
      const { code, err } = await wf(["start", "report", "{}", "--name", "quick", "--wait"]);
      assert.equal(code, 0, err);
      const quick = await show("quick");
      assert.ok(Date.parse(quick.endedAt!) - Date.parse(quick.startedAt) < 9_000);
      assert.match((await wf(["clock", "speed", "1"])).out, /real time/);
      for (const factor of ["0", "1001", "fast"]) assert.equal((await wf(["clock", "speed", factor])).code, 2);
    });
  });

  describe("schedules and reminders", () => {
    it("create one, list it with the moment at which it fires, and delete it", async () => {
      const reminder = await json(reminderShape, "reminders", "create", "tea", "+1d", '{"cup":1}');
      assert.deepEqual([reminder.key, reminder.created], ["tea", true]);
      assert.match((await wf(["reminders", "create", "tea", "2999-01-01T00:00:00", "--time-zone", "Europe/Berlin"])).out, /^There is already tea/);
      const { schedules } = await json(schedulesShape, "schedules", "--next", "2");
      const tea = schedules.find(({ name }) => name === "tea")!;
      assert.equal(tea.target, "reminder");
      assert.deepEqual(tea.next, [`${reminder.at}+00:00`]);
      const report = schedules.find(({ target }) => target === "report")!;
      assert.equal(report.next.length, 2);
      assert.ok(Date.parse(report.next[1]!) > Date.parse(report.next[0]!) && Date.parse(report.next[0]!) > Date.now());
      assert.match((await wf(["schedules"])).out, /\nreminder +tea +at\(/);
      await json(reminderDeletedShape, "reminders", "delete", "tea");
      assert.equal((await wf(["reminders", "delete", "tea"])).code, 3);
      const past = await wf(["reminders", "create", "late", "2020-01-01T00:00:00"]);
      assert.equal(past.code, 1);
      assert.match(past.err, /in the past/);
    });
  });

  describe("dead-letters", () => {
    it("show what failed for good, and start it again under the message's id, once", async () => {
      // What is read is hidden for a while, which need not be so long here.
      await json(clockShape, "clock", "speed", "20");
      const letters = () => json(deadLettersShape, "dead-letters", "show", "math");
      const [letter] = (await until("a dead letter", DEADLINE_MS, async () => {
        const { queues } = await json(queuesShape, "dead-letters", "list");
        return (queues.find(({ name }) => name === "math")?.messages ?? 0) > 0 ? (await letters()).messages : undefined;
      })).filter(({ attributes }) => attributes["RequestID"] === started["wrong"]!.split("/").at(-1));
      assert.deepEqual(letter?.body, { num1: "x" });
      assert.equal(letter.attributes["ErrorCode"], "InvalidInput");

      const { redriven } = await json(redriveShape, "dead-letters", "redrive", "math", letter.id);
      assert.deepEqual(redriven.map(({ id }) => id), [letter.id]);
      const again = await untilShown(letter.id, "the end", ({ status }) => status !== "RUNNING");
      assert.deepEqual([again.arn, again.name, again.status, again.input], [redriven[0]!.arn, letter.id, "FAILED", { num1: "x" }]);
      assert.equal((await wf(["dead-letters", "redrive", "math", letter.id])).code, 3);
      assert.equal((await wf(["dead-letters", "show", "nothing"])).code, 3);
      await json(clockShape, "clock", "speed", "1");
      assert.match((await wf(["dead-letters", "list"])).out, /\n\d+ +math +http/);
    });
  });

  it("functions lists them with what they are set to", async () => {
    const { functions } = await json(functionsShape, "functions");
    assert.deepEqual(functions.map(({ name }) => name).sort(), ["callback-job", "create-reminder", "dispatch-job", "math", "poll-job", "reminder", "report", "task-watchdog"]);
    assert.deepEqual(functions.filter(({ durable }) => durable === null).map(({ name }) => name), ["task-watchdog"]);
    assert.match((await wf(["functions"])).out, /\nmath +1 /);
  });

  it("works on a deployed stack by its outputs, but does not touch AWS's clock", async () => {
    const { endpoint, region, credentials, outputs } = JSON.parse(readFileSync(join(data, "outputs.json"), "utf8")) as {
      endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string }; outputs: object;
    };
    // Stands in for Pulumi and AWS: outputs as it prints them, and the local endpoint by the SDK's own variable.
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "pulumi"), `#!/bin/sh\ncat <<'END'\n${JSON.stringify(outputs)}\nEND\n`, { mode: 0o755 });
    const env = {
      ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`, AWS_ENDPOINT_URL: endpoint, AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    const main = (...words: string[]) => promisify(execFile)(process.execPath, [join(PROJECT, "cli/main.ts"), ...words, "--deployed"], { env });
    const { stdout } = await main("show", "sum", "--json");
    assert.equal(showShape.strict().parse(JSON.parse(stdout)).arn, started["sum"]);
    await assert.rejects(main("clock", "speed", "2"), (error: { code: number; stderr: string }) => {
      assert.deepEqual([error.code, error.stderr], [2, "The stack dev is deployed: only a local stack's clock can be controlled.\n"]);
      return true;
    });
  });

  it("tells in one line, and by exit code 4, that a stack does not run or takes no such credentials", async () => {
    const other = join(folder, "other");
    const nowhere = await runCommand(["list", "--data", other]);
    assert.equal(nowhere.code, 4);
    assert.match(nowhere.err, /^The local stack dev is not running: .*npm start -- --data .*\n$/);

    cpSync(data, other, { recursive: true, filter: (source) => source === data || source.endsWith("outputs.json") });
    const file = join(other, "outputs.json");
    const outputs = JSON.parse(readFileSync(file, "utf8")) as { credentials: { secretAccessKey: string } };
    writeFileSync(file, JSON.stringify({ ...outputs, credentials: { ...outputs.credentials, secretAccessKey: "wrong" } }));
    const refused = await runCommand(["show", "sum", "--data", other]);
    assert.equal(refused.code, 4);
    assert.match(refused.err, /^The stack does not take the credentials: [^\n]*\n$/);
    writeFileSync(file, JSON.stringify({ ...outputs, endpoint: await closedEndpoint() }));
    for (const words of [["list"], ["clock"], ["show", "sum"], ["stop", "sum"]]) {
      const down = await runCommand([...words, "--data", other]);
      assert.equal(down.code, 4, words.join(" "));
      assert.match(down.err, /^The stack does not answer \(ECONNREFUSED\)\. Start the local one with: npm start [^\n]*\n$/);
    }
  });
});
