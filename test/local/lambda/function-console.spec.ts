import assert from "node:assert/strict";
import { jsonLine, textLine } from "../../../local/lambda/function-console.ts";

describe("a line of a function's structured log", () => {
  const line = (...values: unknown[]) => JSON.parse(jsonLine("2026-11-21T10:00:00.000Z", "INFO", "r1", values)) as Record<string, unknown>;

  it("carries time, level, request id and the formatted message", () => {
    assert.deepEqual(line("%d of %s", 1, "two"), { timestamp: "2026-11-21T10:00:00.000Z", level: "INFO", requestId: "r1", message: "1 of two" });
  });

  it("keeps a single object as it is", () => {
    assert.deepEqual(line({ a: { b: { c: { d: 1 } } } }).message, { a: { b: { c: { d: 1 } } } });
  });

  it("takes an error apart, alone and beside a text", () => {
    assert.partialDeepStrictEqual(line(new TypeError("no")).message, { errorType: "TypeError", errorMessage: "no" });
    assert.partialDeepStrictEqual(line("failed:", new TypeError("no")), { errorType: "TypeError", errorMessage: "no" });
  });

  it("stays one line for what JSON cannot hold", () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    assert.match(String(line(circular).message), /Circular/);
    assert.equal(line(10n).message, "10n");
    assert.ok(!jsonLine("t", "INFO", undefined, ["a\nb"]).includes("\n"));
  });

  it("is one event in text, whatever it holds", () => {
    assert.equal(textLine("2026-11-21T10:00:00.000Z", "WARN", "r1", ["%d\nof", 1, "two"]), "2026-11-21T10:00:00.000Z\tr1\tWARN\t1\rof two");
  });
});
