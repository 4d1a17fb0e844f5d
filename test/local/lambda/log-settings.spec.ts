import assert from "node:assert/strict";
import { describeFunction } from "../../../local/lambda/function-view.ts";
import { isApplicationLogged, isReportLogged, type LoggingSettings } from "../../../local/lambda/log-levels.ts";
import { eachChannel, json } from "./pools.ts";
import { eventually, functionVersion } from "./support.ts";

const jsonSettings = (parts: object = {}): LoggingSettings => ({ format: "JSON", applicationLevel: "INFO", systemLevel: "INFO", ...parts });
const CHATTY = `
  export const handler = async () => {
    for (const level of ["trace", "debug", "info", "warn", "error"]) console[level](level + " by console");
    process.stdout.write('{"level":"debug","message":"written"}\\n');
    return { format: process.env.AWS_LAMBDA_LOG_FORMAT, level: process.env.AWS_LAMBDA_LOG_LEVEL };
  };`;

eachChannel("A function's log settings", (used) => {
  it("keep application logs of the level and above, and tell the handler", async () => {
    const version = used.nodeFunction(CHATTY, { logging: jsonSettings({ applicationLevel: "WARN" }) });
    assert.deepEqual(json(await used.createPool().invoke(version, "{}", "r1")), { format: "JSON", level: "WARN" });
    await eventually("the report", () => used.logs.messages.some((message) => message.includes("platform.report")));
    const levels = used.logs.messages.map((message) => (JSON.parse(message) as { level?: string }).level);
    assert.deepEqual(levels, ["WARN", "ERROR", undefined]);
  });

  it("show what is debugged when they ask for it", async () => {
    const version = used.nodeFunction(CHATTY, { logging: jsonSettings({ applicationLevel: "TRACE" }) });
    await used.createPool().invoke(version, "{}", "r1");
    await eventually("the report", () => used.logs.messages.length === 7);
  });

  it("drop the report of an invocation that succeeded at system level WARN, and keep the one of a failure", async () => {
    const version = used.nodeFunction("export const handler = async ({ fail }) => { if (fail) throw new Error('no'); };", {
      logging: jsonSettings({ systemLevel: "WARN" }),
    });
    const pool = used.createPool();
    await pool.invoke(version, "{}", "r1");
    await pool.invoke(version, '{"fail":true}', "r2");
    await eventually("the report", () => used.logs.messages.some((message) => message.includes("platform.report")));
    const reports = used.logs.messages.filter((message) => message.includes("platform.report"));
    assert.deepEqual(reports.map((message) => (JSON.parse(message) as { record: { requestId: string } }).record.requestId), ["r2"]);
  });

  it("write text with Lambda's own lines around it", async () => {
    const version = used.nodeFunction("export const handler = async () => { console.log('two\\nlines'); return process.env.AWS_LAMBDA_LOG_LEVEL ?? 'no level'; };", {
      logging: { format: "Text" },
    });
    assert.equal(json(await used.createPool().invoke(version, "{}", "r1")), "no level");
    await eventually("the report", () => used.logs.messages.some((message) => message.startsWith("REPORT")));
    const [start, line, end, report] = used.logs.messages;
    assert.equal(start, "START RequestId: r1 Version: 1");
    assert.match(line ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z\tr1\tINFO\ttwo\rlines$/);
    assert.equal(end, "END RequestId: r1");
    assert.match(report ?? "", /^REPORT RequestId: r1\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tInit Duration: [\d.]+ ms$/);
  });
});

describe("Log levels", () => {
  it("read the level of a line by any case, and take a line without one for INFO", () => {
    const least = (applicationLevel: string, line: string) => isApplicationLogged(jsonSettings({ applicationLevel }), line);
    assert.equal(least("WARN", '{"level":"error"}'), true);
    assert.equal(least("WARN", '{"level":"info"}'), false);
    assert.equal(least("WARN", "plain text"), false);
    assert.equal(least("INFO", "plain text"), true);
    assert.equal(least("INFO", '{"message":{"level":"debug"}}'), true);
    assert.equal(least("INFO", '{"level":"loud"}'), true);
    assert.equal(isApplicationLogged({ format: "Text" }, '{"level":"debug"}'), true);
    assert.deepEqual([true, false].map((succeeded) => isReportLogged(jsonSettings({ systemLevel: "WARN" }), succeeded)), [false, true]);
  });

  it("are what GetFunctionConfiguration shows, with the format JSON only", () => {
    const shown = (logging: LoggingSettings) => describeFunction(functionVersion({ logging })).LoggingConfig;
    const LogGroup = "/aws/lambda/greet";
    assert.deepEqual(shown(jsonSettings({ systemLevel: "DEBUG" })), { LogFormat: "JSON", ApplicationLogLevel: "INFO", SystemLogLevel: "DEBUG", LogGroup });
    assert.deepEqual(shown({ format: "Text" }), { LogFormat: "Text", LogGroup });
  });
});
