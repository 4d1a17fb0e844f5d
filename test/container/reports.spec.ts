import assert from "node:assert/strict";
import { TRY_AGAIN_EXIT_CODE } from "../../container/kit/contract.ts";
import { timeScaleVariables } from "../../local/lambda/time-scale-preload.ts";
import { FakeEndpoint } from "./fake-endpoint.ts";
import { JobBundle } from "./job-process.ts";

/** `closed`: nobody waits. `refused`: the same report would be refused again. `unreachable`: ten tries were in vain. */
type Meaning = "closed" | "refused" | "unreachable";

/** Errors of SendDurableExecutionCallbackSuccess, -Failure and -Heartbeat by Lambda's model, and the common ones. */
const callbackErrors: Record<string, [status: number, Meaning]> = {
  CallbackTimeoutException: [400, "closed"],
  ResourceNotFoundException: [404, "closed"],
  InvalidParameterValueException: [400, "refused"],
  AccessDeniedException: [403, "refused"],
  TooManyRequestsException: [429, "unreachable"],
  ThrottlingException: [400, "unreachable"],
  ServiceException: [500, "unreachable"],
  KMSAccessDeniedException: [502, "unreachable"],
  KMSDisabledException: [502, "unreachable"],
  KMSInvalidStateException: [502, "unreachable"],
  KMSNotFoundException: [502, "unreachable"],
};

/** Errors of UpdateItem by DynamoDB's model, and the common ones. */
const recordErrors: Record<string, [status: number, Meaning]> = {
  ConditionalCheckFailedException: [400, "closed"],
  // The table, not the record.
  ResourceNotFoundException: [400, "refused"],
  ItemCollectionSizeLimitExceededException: [400, "refused"],
  TransactionConflictException: [400, "refused"],
  AccessDeniedException: [400, "refused"],
  ValidationException: [400, "refused"],
  ProvisionedThroughputExceededException: [400, "unreachable"],
  RequestLimitExceeded: [400, "unreachable"],
  ReplicatedWriteConflictException: [400, "unreachable"],
  ThrottlingException: [400, "unreachable"],
  InternalServerError: [500, "unreachable"],
};

describe("an error that answers the job's reports", () => {
  const job = JobBundle.use();

  for (const [mode, errors] of [["callback", callbackErrors], ["record", recordErrors]] as const) {
    for (const [error, [status, meaning]] of Object.entries(errors)) {
      it(`means, by ${mode}, ${meaning}: ${error}`, async () => {
        const endpoint = await FakeEndpoint.open(() => ({ error, status }));
        const input = { message: "hello", processingTime: meaning === "closed" ? 3600 : 0 };
        // Pauses between tries are fifty times as short.
        const { exitCode, log } = await job.start(input, { ...endpoint.environment(mode), ...timeScaleVariables(50, {}) }).end();
        endpoint.close();
        const expected: typeof endpoint.received & { exitCode: number } = {
          // The work is not started, or stopped.
          closed: { heartbeat: 1, end: 0, exitCode: TRY_AGAIN_EXIT_CODE },
          // The work is done, its result is refused, and so is the failure that is reported instead.
          refused: { heartbeat: 1, end: 2, exitCode: 1 },
          unreachable: { heartbeat: 10, end: 10, exitCode: TRY_AGAIN_EXIT_CODE },
        }[meaning];
        assert.equal(exitCode, expected.exitCode, JSON.stringify(log));
        assert.equal(endpoint.received.end, expected.end);
        assert.ok(endpoint.received.heartbeat <= expected.heartbeat);
      });
    }
  }

  it("does not fail a job whose end nobody waits for", async () => {
    for (const mode of ["callback", "record"] as const) {
      const closed = mode === "callback" ? "ResourceNotFoundException" : "ConditionalCheckFailedException";
      const endpoint = await FakeEndpoint.open((report) => (report === "end" ? { error: closed, status: 400 } : "OK"));
      const { exitCode } = await job.start({ message: "hello", processingTime: 0 }, endpoint.environment(mode)).end();
      endpoint.close();
      assert.equal(exitCode, 0);
    }
  });
});
