import { AwsError } from "../errors.ts";
import type { AccessControl, Principal } from "../iam/access.ts";
import { arn, type Identity } from "../identity.ts";
import type { LogSink } from "./log-sink.ts";

/** Writes logs in a session of a function's role. As on AWS, lines that the role may not write are lost; IAM keeps the refusal. */
export class RoleLogSink implements LogSink {
  readonly #logs: LogSink;
  readonly #iam: AccessControl;
  readonly #identity: Identity;
  readonly #session: Principal;
  readonly #streams = new Set<string>();

  constructor(options: { logs: LogSink; iam: AccessControl; identity: Identity; session: Principal }) {
    this.#logs = options.logs;
    this.#iam = options.iam;
    this.#identity = options.identity;
    this.#session = options.session;
  }

  append(groupName: string, streamName: string, lines: readonly { timestamp: number; message: string }[]): void {
    const resource = arn(this.#identity, "logs", `log-group:${groupName}:log-stream:${streamName}`);
    try {
      if (!this.#streams.has(resource)) this.#iam.authorize(this.#session, { action: "logs:CreateLogStream", resource });
      this.#streams.add(resource);
      this.#iam.authorize(this.#session, { action: "logs:PutLogEvents", resource });
    } catch (error) {
      if (error instanceof AwsError) return;
      throw error;
    }
    this.#logs.append(groupName, streamName, lines);
  }
}
