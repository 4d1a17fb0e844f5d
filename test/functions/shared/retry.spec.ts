import assert from "node:assert/strict";
import { WorkflowError } from "../../../functions/shared/errors.ts";
import { retryTransient } from "../../../functions/shared/retry.ts";
import { awsError } from "../scripted-client.ts";

describe("retries of AWS calls", () => {
  const passing = {
    throttling: awsError("ThrottlingException", 400),
    "429": awsError("TooManyRequestsException", 429),
    "a 500": awsError("ServerException", 500),
    "a 503": awsError("ServiceUnavailable", 503),
    "a broken connection": Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }),
    "a time-out": Object.assign(new Error("timed out"), { name: "TimeoutError" }),
  };
  for (const [what, error] of Object.entries(passing)) {
    it(`come after ${what}, up to a bound`, () => {
      assert.equal(retryTransient(error, 1).shouldRetry, true);
      assert.equal(retryTransient(error, 8).shouldRetry, false);
    });
  }

  const final = ["ValidationException", "InvalidParameterException", "AccessDeniedException", "ResourceNotFoundException", "ConflictException"];
  for (const name of final) {
    it(`never come after ${name}`, () => {
      assert.equal(retryTransient(awsError(name, 400), 1).shouldRetry, false);
    });
  }

  it("never come after bad input, or a mistake in the program", () => {
    assert.equal(retryTransient(new WorkflowError("InvalidInput", "at: past"), 1).shouldRetry, false);
    assert.equal(retryTransient(new TypeError("x is not a function"), 1).shouldRetry, false);
  });
});
