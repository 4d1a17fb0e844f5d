import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../../local/clock.ts";
import { AwsError } from "../../../local/errors.ts";
import type { AccessControl, AccessRequest } from "../../../local/iam/access.ts";
import type { Identity } from "../../../local/identity.ts";
import type { FunctionVersion } from "../../../local/lambda/function-version.ts";
import { StateDoor } from "../../../local/lambda/state-door.ts";
import type { LogGroups } from "../../../local/logs/role-log-sink.ts";

export const identity: Identity = { partition: "aws", region: "eu-west-1", accountId: "000000000000" };

/** A version of a function that a test may change by parts. */
export function functionVersion(parts: Partial<FunctionVersion> = {}): FunctionVersion {
  const functionName = parts.functionName ?? "greet";
  const version = parts.version ?? "1";
  const functionArn = `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`;
  return {
    functionName,
    functionArn,
    version,
    qualifiedArn: `${functionArn}:${version}`,
    runtime: "nodejs24.x",
    handler: "index.handler",
    codeFolder: "/nowhere",
    configurationHash: "hash",
    timeoutSeconds: 10,
    memoryMegabytes: 128,
    environment: {},
    roleArn: `arn:aws:iam::000000000000:role/${functionName}`,
    logGroupName: `/aws/lambda/${functionName}`,
    ...parts,
  };
}

/** Folders with code, removed at the end. */
export class CodeFolders {
  readonly root = mkdtempSync(join(tmpdir(), "lambda-test-"));
  #count = 0;

  constructor() {
    // As in the data folder: no module type from further up.
    writeFileSync(join(this.root, "package.json"), "{}\n");
  }

  /** @param files by name; one called `bootstrap` may be executed */
  write(files: Readonly<Record<string, string>>): string {
    const folder = join(this.root, String(this.#count++));
    mkdirSync(folder);
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text);
      if (name === "bootstrap") chmodSync(join(folder, name), 0o755);
    }
    return folder;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** IAM that lets everything pass but what a test forbids, and remembers who got credentials. */
export class FakeAccess implements AccessControl {
  readonly live = new Set<string>();
  readonly asked: AccessRequest[] = [];
  trusted = true;
  forbidden: string | undefined;
  #count = 0;

  authorize(_principal: unknown, request: AccessRequest): void {
    this.asked.push(request);
    if (request.action === this.forbidden) throw new AwsError("AccessDeniedException", `not authorized to perform: ${request.action}`, 403);
  }

  authorizeService(): void {
    throw new Error("Lambda does not act for itself here.");
  }

  assumeRole(roleArn: string, caller: { service: string }, sessionName: string) {
    if (!this.trusted || caller.service !== "lambda.amazonaws.com") throw new AwsError("AccessDenied", "not authorized to perform: sts:AssumeRole", 403);
    return { kind: "assumed-role" as const, arn: `${roleArn}/${sessionName}`, roleArn, accountId: identity.accountId };
  }

  issueCredentials() {
    const accessKeyId = `ASIA${this.#count++}`;
    this.live.add(accessKeyId);
    return { accessKeyId, secretAccessKey: "secret", sessionToken: "token" };
  }

  revokeCredentials(accessKeyId: string): void {
    this.live.delete(accessKeyId);
  }
}

/** What makes a pool use the fast channel, for functions that are not durable. */
export function unusedStateDoor(iam: AccessControl): StateDoor {
  const neverAsked = (): never => {
    throw new Error("Nothing durable is asked for here.");
  };
  return new StateDoor({ engine: { checkpoint: neverAsked, getExecutionState: neverAsked }, iam, store: { committed: async () => undefined } });
}

export class FakeLogs implements LogGroups {
  hasGroup(): boolean {
    return true;
  }

  createGroup(): void {}

  readonly lines: { group: string; stream: string; message: string }[] = [];

  append(group: string, stream: string, lines: readonly { message: string }[]): void {
    for (const { message } of lines) this.lines.push({ group, stream, message });
  }

  get messages(): string[] {
    return this.lines.map(({ message }) => message);
  }
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  readonly speed = 1;
  #now = Date.UTC(2026, 10, 21);
  readonly #alarms = new Set<{ timestamp: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  scale(milliseconds: number): number {
    return milliseconds;
  }

  at(timestamp: number, run: () => void): () => void {
    const alarm = { timestamp, run };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const alarm of [...this.#alarms].sort((a, b) => a.timestamp - b.timestamp)) {
      if (alarm.timestamp > this.#now || !this.#alarms.delete(alarm)) continue;
      alarm.run();
    }
  }
}

/** Waits until `probe` gives something. */
export async function eventually<T>(what: string, probe: () => T | undefined | false, deadlineMs = 30_000): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const found = probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`In ${deadlineMs} ms this did not happen: ${what}`);
    await sleep(5);
  }
}

/** An AwsError with this code and message, for `assert.throws` and `assert.rejects`. */
export function awsError(code: string, message: string | RegExp) {
  return (error: unknown) =>
    error instanceof AwsError && error.code === code && (typeof message === "string" ? error.message === message : message.test(error.message));
}
