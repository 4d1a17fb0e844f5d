import type { Clock } from "../clock.ts";
import { AwsError } from "../errors.ts";
import type { AccessControl } from "../iam/access.ts";
import type { Identity } from "../identity.ts";
import type { LogSink } from "../logs/log-sink.ts";
import type { MessageSender } from "../sqs/sender.ts";
import { assumeFunctionRole } from "./function-session.ts";
import type { DeadLetterSink, FunctionVersion } from "./function-version.ts";

/** Lambda cuts the message attribute at 1 KB. */
const LONGEST_MESSAGE = 1024;

/** Sends events that failed for good to their function's dead-letter queue, if the function's role may. */
export class DeadLetters implements DeadLetterSink {
  readonly #options: { queues: MessageSender; iam: AccessControl; identity: Identity; logs: LogSink; clock: Clock };

  constructor(options: { queues: MessageSender; iam: AccessControl; identity: Identity; logs: LogSink; clock: Clock }) {
    this.#options = options;
  }

  deadLetter(version: FunctionVersion, event: string, failure: { requestId: string; errorCode: string; errorMessage: string }): void {
    const { queues, iam, identity } = this.#options;
    const queueArn = version.deadLetterQueueArn;
    if (queueArn === undefined) return;
    try {
      iam.authorize(assumeFunctionRole(iam, identity, version), { action: "sqs:SendMessage", resource: queueArn });
      queues.send(queueArn, event, {
        RequestID: failure.requestId,
        ErrorCode: failure.errorCode,
        ErrorMessage: failure.errorMessage.slice(0, LONGEST_MESSAGE),
      });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#reportLoss(version, failure.requestId, error);
    }
  }

  /** AWS drops the event here and counts DeadLetterErrors; whoever develops should see why. */
  #reportLoss(version: FunctionVersion, requestId: string, error: AwsError): void {
    const timestamp = this.#options.clock.now();
    const message = `The event could not be sent to the dead-letter queue: ${error.message}`;
    const line = { timestamp: new Date(timestamp).toISOString(), level: "ERROR", requestId, errorType: error.code, message };
    this.#options.logs.append(version.logGroupName, `[${version.version}]dead-letters`, [{ timestamp, message: JSON.stringify(line) }]);
  }
}
