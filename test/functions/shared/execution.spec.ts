import assert from "node:assert/strict";
import { executionId, idempotencyToken } from "../../../functions/shared/execution.ts";

const arn = "arn:aws:lambda:eu-central-1:111122223333:function:poll-job:1/durable-execution/name/1f3c";

describe("an execution", () => {
  it("is known by the last segment of its ARN", () => {
    assert.equal(executionId(arn), "1f3c");
  });

  it("gives the same token at every replay", () => {
    assert.equal(idempotencyToken(arn, "run-task", 1), idempotencyToken(arn, "run-task", 1));
    assert.match(idempotencyToken(arn, "run-task", 1), /^[0-9a-f]{64}$/);
  });

  it("gives a token of its own to every execution, operation, attempt and try", () => {
    const tokens = [
      idempotencyToken(arn, "run-task", 1),
      idempotencyToken(`${arn}2`, "run-task", 1),
      idempotencyToken(arn, "create-schedule", 1),
      idempotencyToken(arn, "run-task", 2),
      idempotencyToken(arn, "run-task", 1, 2),
    ];
    assert.equal(new Set(tokens).size, tokens.length);
  });
});
