import fc from "fast-check";
import assert from "node:assert/strict";
import type { ReportTarget } from "../../../container/kit/contract.ts";
import type { JobRequest } from "../../../functions/shared/declared-jobs.ts";
import { jobRequestParser } from "../../../functions/shared/job-request.ts";
import { MAX_OVERRIDES_BYTES, overridesBytes, taskOverrides } from "../../../functions/shared/task-overrides.ts";

const YEAR_SECONDS = 31_536_000;
const parse = jobRequestParser(YEAR_SECONDS);

/** As long as Lambda makes it for functions and executions with names of 64 characters. */
const executionArn = `arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:${"f".repeat(64)}:123456/durable-execution/${"e".repeat(64)}/01a1fdb5-6716-7731-82ae-3ac49e5ff0eb`;
const targets: readonly ReportTarget[] = [
  { to: "exit" },
  { to: "callback", callbackId: "c".repeat(1024) },
  { to: "record", jobId: "01a1fdb5-6716-7731-82ae-3ac49e5ff0eb" },
];

/** Everything that may need escapes in JSON, or several bytes. */
const character = fc.constantFrom('"', "\\", "\n", "\u0001", "\u007f", "a", "é", "書", "\u2028", "\ud800", "😀");
const anyText = fc.array(character, { minLength: 1, maxLength: 1024, size: "max" }).map((all) => all.join("").slice(0, 1024));
const longText = fc.constantFrom('"', "\u0001", "書", "\ud800").map((one) => one.repeat(1024));
const text = fc.oneof(anyText, longText);

describe("A job's input", () => {
  it("that is accepted fits into RunTask's overrides, whatever is in its texts and whoever runs it", () => {
    const inputs = fc.record(
      {
        message: text,
        processingTime: fc.double({ min: 0, max: YEAR_SECONDS, noNaN: true }),
        fail: fc.record({ exitCode: fc.integer({ min: 1, max: 255 }), error: text }, { requiredKeys: ["exitCode"] }),
        hang: fc.boolean(),
      },
      { requiredKeys: ["message", "processingTime"] },
    );
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(inputs, fc.constantFrom(...targets), fc.integer({ min: 1, max: 100_000 }), (event, report, attempt) => {
        let request: JobRequest;
        try {
          request = parse(event);
        } catch (error) {
          assert.match((error as Error).message, /^(message|fail\.error): \d+ bytes too long/);
          refused += 1;
          return;
        }
        accepted += 1;
        assert.ok(overridesBytes(taskOverrides({ executionArn, attempt, ...request, report }, "job", YEAR_SECONDS)) <= MAX_OVERRIDES_BYTES);
      }),
      { numRuns: 500 },
    );
    assert.ok(accepted > 20 && refused > 20, `${accepted} accepted, ${refused} refused`);
  });

  it("that is too long names the longest text, and by how much", () => {
    const input = { message: "m".repeat(1024), processingTime: 1, fail: { exitCode: 1, error: '"'.repeat(1024) } };
    const bytes = overridesBytes(taskOverrides({ executionArn: "a".repeat(320), attempt: 1_000_000, job: "sample", input, report: targets[1]! }, "n".repeat(64), 99_999_999));
    assert.ok(bytes <= MAX_OVERRIDES_BYTES, "quotes alone fit");
    const control = { ...input, fail: { exitCode: 1, error: "\u0001".repeat(1024) } };
    assert.throws(() => parse(control), { name: "InvalidInput", message: /^fail\.error: \d+ bytes too long once the input is encoded for the task; ECS takes 8192 bytes of overrides in all/ });
  });

  it("may have texts of 1,024 characters, in letters of any alphabet", () => {
    for (const letter of ["a", "é", "書"]) {
      const input = { message: letter.repeat(1024), processingTime: 1, fail: { exitCode: 1, error: "out of paper" } };
      assert.deepEqual(parse(input), { job: "sample", input });
    }
  });
});
