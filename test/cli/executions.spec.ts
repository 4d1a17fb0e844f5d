import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { listShape, rerunShape, startShape, waitShape } from "../../cli/shapes.ts";
import { LocalStack } from "./local-stack.ts";

const FAILS = '{"message":"hello","processingTime":0,"fail":{"exitCode":4,"error":"out of paper"}}';

describe("wf on executions", function () {
  this.timeout(90_000);

  const stack = new LocalStack();
  const job = '{"message":"hello","processingTime":300}';

  before(() => stack.start({ open: ["callback-job", job], second: ["callback-job", job], slow: ["report", "{}"], sum: ["math", '{"num1":10,"num2":0}'] }));
  after(() => stack.end());

  describe("start", () => {
    it("waits for the result, prints it alone on standard output, and ends with 0", async () => {
      const { code, out, err } = await stack.wf(["start", "math", '{"num1":10,"num2":5}', "--wait"]);
      assert.equal(code, 0);
      assert.deepEqual((JSON.parse(out) as { results: unknown }).results, { add: 15, subtract: 5, multiply: 50, divide: 2 });
      assert.match(err, /^arn:.*\n[^]*SUCCEEDED in /);
    });

    it("ends with 1 when the execution fails, and says why", async () => {
      const { code, out, err } = await stack.wf(["start", "callback-job", FAILS, "--wait"]);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, /FAILED in [^]*JobFailed: out of paper/);
      const failed = await stack.wf(["start", "callback-job", FAILS, "--wait", "--json"]);
      assert.equal(failed.code, 1);
      assert.equal(startShape.strict().parse(JSON.parse(failed.out)).error?.type, "JobFailed");
    });

    it("takes its payload from a file and from standard input", async () => {
      const file = join(stack.folder, "input.json");
      writeFileSync(file, '{"num1":7}');
      const [fromFile, fromInput] = await Promise.all([stack.wf(["start", "math", `@${file}`, "--wait"]), stack.wf(["start", "math", "-", "--wait"], { stdin: '{"num2":7}' })]);
      assert.match(fromFile.out, /"add":7/);
      assert.match(fromInput.out, /"subtract":-7/);
    });

    it("with the name and payload of an execution answers that execution, and refuses another payload", async () => {
      assert.equal((await stack.json(startShape, "start", "report", "{}", "--name", "slow")).arn, stack.started["slow"]);
      const other = await stack.wf(["start", "report", '{"scheduledTime":"2026-01-01T00:00:00Z"}', "--name", "slow"]);
      assert.deepEqual([other.code, other.out], [1, ""]);
      assert.match(other.err, /^DurableExecutionAlreadyStartedException: .*\n$/);
    });

    it("starts nothing for a payload that is not JSON or not the function's, a file that is not there, or a function that nobody knows", async () => {
      for (const [words, code, message] of [
        [["start", "math", "{num1}"], 2, /^The payload is not JSON: line 1, column 2: .*\n {2}\{num1\}\n {3}\^\nQuote it for the shell, such as '\{"order":17\}'/],
        [["start", "math", "@/nowhere.json"], 2, /^The payload cannot be read/],
        [["start", "math", '{"num1":true,"x":1}'], 2, /^math does not take this payload: num1: Invalid input: expected number, received boolean; x: unknown field\n$/],
        [["start", "poll-job", '{"message":"hello","processingTime":1000000}'], 2, /^poll-job does not take this payload: processingTime: /],
        [["start", "maths"], 3, /no function "maths"\. It has .*math, poll-job/],
        [["start", "re"], 2, /may be any of reminder, report\./],
      ] as const) {
        const ran = await stack.wf(words);
        assert.deepEqual([ran.code, ran.out], [code, ""]);
        assert.match(ran.err, message);
      }
    });

    it("shows where a file or standard input is not JSON", async () => {
      const file = join(stack.folder, "wrong.json");
      const wrong = '{\n  "num1": 10\n  "num2": 5\n}\n';
      writeFileSync(file, wrong);
      const fromFile = await stack.wf(["start", "math", `@${file}`]);
      assert.deepEqual([fromFile.code, fromFile.out, fromFile.err], [2, "", `The payload in ${file} is not JSON: line 3, column 3: comma expected\n    "num2": 5\n    ^\n`]);
      const fromInput = await stack.wf(["callback", "success", "open", "-"], { stdin: "" });
      assert.deepEqual([fromInput.code, fromInput.err], [2, "The payload on standard input is not JSON: it is empty\n"]);
    });
  });

  describe("list", () => {
    const named = async (...words: string[]) => (await stack.json(listShape, "list", ...words)).executions.map(({ name }) => name).sort();

    it("filters by function, status, text and age, newest first", async () => {
      assert.deepEqual(await named("--function", "callback-job", "--status", "running"), ["open", "second"]);
      assert.deepEqual(await named("--text", "SLO"), ["slow"]);
      assert.deepEqual(await named("--since", "2999-01-01"), []);
      assert.ok((await named("--since", "5m", "--function", "report")).includes("slow"));
      const { executions, speed } = await stack.json(listShape, "list");
      assert.equal(speed, 1);
      const starts = executions.map(({ startedAt }) => startedAt);
      assert.deepEqual(starts, starts.toSorted().reverse());
      assert.deepEqual((await stack.json(listShape, "list", "--limit", "2")).executions, executions.slice(0, 2));
    });

    it("takes the options of every command before its name as well", async () => {
      const ran = await stack.wf(["--json", "--stack", "dev", "list"]);
      assert.deepEqual([ran.code, listShape.safeParse(JSON.parse(ran.out)).success], [0, true]);
    });

    it("keeps to the width of the terminal", async () => {
      for (const columns of [60, 80, 120]) {
        const { out } = await stack.wf(["list"], { columns });
        assert.match(out, /^STATUS +FUNCTION +STARTED +TIME +NAME OR ID\n/);
        assert.ok(out.split("\n").every((line) => line.length <= columns), out);
        assert.match(out, /RUNNING +callback-job .* open\n/);
      }
    });
  });

  describe("show", () => {
    it("draws parallel branches, nested, with the one that failed", async () => {
      await stack.untilShown("sum", "the end", ({ status }) => status !== "RUNNING");
      const { code, out } = await stack.wf(["show", "sum"]);
      assert.equal(code, 0);
      assert.match(out, /^math {2}SUCCEEDED {2}in .* sum\narn:/);
      assert.match(out, /\n {2}✓ math +parallel .*─[^]*\n {2}✓ {3}add +branch [^]*\n {2}✓ {5}add +step .*█[^]*\n {2}✗ {5}divide +step .*DivisionByZero: Division by zero\n/);
      assert.match(out, /\ninput +\{"num1":10,"num2":0\}\nresult +\{"status":"FAILED"[^]*\nbilled {2}10 operations; 1 invocation\n$/);
      const shown = await stack.show("sum");
      assert.equal(shown.operations.length, 9);
      assert.equal(shown.operations.find(({ name, type }) => name === "divide" && type === "STEP")?.attempts[0]?.error?.type, "DivisionByZero");
    });

    it("finds an execution by its ARN, name, id, and the beginning or end of either", async () => {
      const { arn, id } = await stack.show("sum");
      for (const reference of [arn, id, id.slice(0, -4), id.slice(-12), "su"]) assert.equal((await stack.show(reference)).arn, arn, reference);
    });

    it("says that there is none, or names those that may be meant", async () => {
      for (const reference of ["nobody", `${stack.started["sum"]!}x`, "arn:aws:lambda:eu-west-1:000000000000:function:f:1/durable-execution/a/b/c", "a b"]) {
        const { code, out, err } = await stack.wf(["show", reference]);
        assert.deepEqual([code, out], [3, ""], reference);
        assert.match(err, /^There is no execution .*wf list/);
      }
      const { code, err } = await stack.wf(["show", "s"]);
      assert.equal(code, 2);
      assert.ok(["sum", "slow", "second"].every((name) => err.includes(`/${name}/`)), err);
    });
  });

  describe("wait", () => {
    it("shows what an execution does until it ends, and prints its result alone", async () => {
      const { id } = await stack.json(startShape, "start", "report", "{}", "--name", "awaited");
      let skipped: Promise<{ code: number }> | undefined;
      const onProgress = (line: string) => {
        if (line.startsWith("waiting")) skipped ??= stack.wf(["clock", "skip", "awaited"]);
      };
      const { code, out, err } = await stack.wf(["wait", id!.slice(-12)], { onProgress });
      assert.equal((await skipped)?.code, 0);
      assert.equal(code, 0, err);
      assert.match(out, /^\{"total":560,"source":"sample-sales",[^\n]*\}\n$/);
      assert.match(err, /waiting "\w+", \d+ s left\n[^]*SUCCEEDED in /);
    });

    it("answers at once for one that has ended, by its own exit code", async () => {
      const ended = await stack.json(waitShape, "wait", "sum");
      assert.deepEqual([ended.arn, ended.status, ended.error, (ended.result as { status: string }).status], [stack.started["sum"], "SUCCEEDED", null, "FAILED"]);
      const wrong = await stack.json(startShape, "start", "callback-job", FAILS);
      const failed = await stack.wf(["wait", wrong.arn!, "--json"]);
      assert.deepEqual([failed.code, waitShape.strict().parse(JSON.parse(failed.out)).error?.type], [1, "JobFailed"]);
    });

    it("ends with 124 when the time is over, with 130 by Ctrl-C, and leaves the execution alone", async () => {
      const id = stack.started["open"]!.split("/").at(-1)!;
      const timedOut = await stack.wf(["wait", "open", "--timeout", "0.3s", "--json"]);
      assert.deepEqual([timedOut.code, timedOut.out], [124, ""]);
      assert.match(timedOut.err, new RegExp(`\nNot within 0\\.3 s; the execution goes on: wf show ${id}\n$`));
      const interrupted = await stack.wf(["wait", "open"], { interrupted: AbortSignal.abort() });
      assert.equal(interrupted.code, 130);
      assert.match(interrupted.err, new RegExp(`Interrupted; the execution goes on: wf show ${id}\n$`));
      assert.equal((await stack.show("open")).status, "RUNNING");
    });

    it("knows what cannot be waited for", async () => {
      assert.equal((await stack.wf(["wait", "nobody"])).code, 3);
      assert.equal((await stack.wf(["wait", "s"])).code, 2);
      for (const duration of ["10", "soon", "-5m", "40000d"]) assert.equal((await stack.wf(["wait", "sum", "--timeout", duration])).code, 2, duration);
    });
  });

  describe("rerun", () => {
    it("starts a new execution with the payload of the old one, named by any part of its id", async () => {
      const { id, arn } = await stack.show("sum");
      const again = await stack.json(rerunShape, "rerun", id.slice(-12));
      assert.deepEqual([again.rerunOf, again.function], [arn, "math"]);
      assert.notEqual(again.arn, arn);
      const ended = await stack.untilShown(again.arn!, "the end", ({ status }) => status !== "RUNNING");
      assert.deepEqual([ended.input, ended.version], [{ num1: 10, num2: 0 }, "1"]);
    });

    it("takes another payload, a name and --wait, as start does", async () => {
      const { code, out, err } = await stack.wf(["rerun", "sum", '{"num1":10,"num2":5}', "--name", "mended", "--wait"]);
      assert.equal(code, 0, err);
      assert.match(out, /^\{"status":"SUCCEEDED",.*"divide":2\}/);
      assert.deepEqual((await stack.show("mended")).input, { num1: 10, num2: 5 });
      const refused = await stack.wf(["rerun", "mended", '{"num1":"x"}']);
      assert.deepEqual([refused.code, refused.err], [2, "math does not take this payload: num1: Invalid input: expected number, received string\n"]);
    });

    it("starts nothing for an execution that is unknown or ambiguous, or a payload that is not JSON", async () => {
      const count = async () => (await stack.json(listShape, "list")).executions.length;
      const before = await count();
      for (const [words, code] of [[["nobody"], 3], [["s"], 2], [["sum", "{"], 2]] as const) assert.equal((await stack.wf(["rerun", ...words])).code, code, words.join(" "));
      assert.equal(await count(), before);
    });
  });
});
