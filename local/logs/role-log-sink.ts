import { AwsError } from "../errors.ts";
import type { AccessControl, Principal } from "../iam/access.ts";
import { arn, type Identity } from "../identity.ts";
import type { LogSink } from "./log-sink.ts";

/** Where a role's lines go. */
export interface LogGroups extends LogSink {
  hasGroup(name: string): boolean;
  createGroup(name: string, groupArn: string): void;
}

/**
 * Writes logs in a session of a function's role, and creates the function's log group where that is missing. As on AWS, lines that the
 * role may not write are lost; IAM keeps the refusal.
 */
export class RoleLogSink implements LogSink {
  readonly #logs: LogGroups;
  readonly #iam: AccessControl;
  readonly #identity: Identity;
  readonly #session: Principal;
  readonly #streams = new Set<string>();

  constructor(options: { logs: LogGroups; iam: AccessControl; identity: Identity; session: Principal }) {
    this.#logs = options.logs;
    this.#iam = options.iam;
    this.#identity = options.identity;
    this.#session = options.session;
  }

  append(groupName: string, streamName: string, lines: readonly { timestamp: number; message: string }[]): void {
    const groupArn = arn(this.#identity, "logs", `log-group:${groupName}`);
    const resource = `${groupArn}:log-stream:${streamName}`;
    try {
      if (!this.#logs.hasGroup(groupName)) {
        this.#iam.authorize(this.#session, { action: "logs:CreateLogGroup", resource: `${groupArn}:log-stream:` });
        this.#logs.createGroup(groupName, groupArn);
      }
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
