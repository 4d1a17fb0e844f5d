import { setTimeout as sleep } from "node:timers/promises";
import { isReport } from "./invocation-report.ts";

/** Shows lines of every log group as they come. Returns what ends it. */
export interface LogFollower {
  follow(listener: (groupName: string, streamName: string, lines: readonly { message: string }[]) => void): () => void;
}

/** Lambda's limit on what it shows of an invocation's log. */
const TAIL_BYTES = 4096;
/** The report follows the answer at once; it never comes where the function may not write logs. */
const REPORT_DEADLINE_MS = 500;

/** What an invocation wrote to its log: the lines of its stream between the report of the one before and its own. */
export class LogTail {
  readonly #end: () => void;
  readonly #reported = Promise.withResolvers<string>();

  constructor(logs: LogFollower, groupName: string, requestId: string) {
    const streams = new Map<string, string[]>();
    this.#end = logs.follow((group, stream, lines) => {
      if (group !== groupName) return;
      for (const { message } of lines) {
        const written = streams.get(stream) ?? [];
        streams.set(stream, [...written, message]);
        if (!isReport(message)) continue;
        if (message.includes(requestId)) this.#reported.resolve([...written, message].join("\n"));
        streams.delete(stream);
      }
    });
  }

  /** The last 4 KB in Base64, once the invocation has been reported. */
  async read(): Promise<string> {
    const text = await Promise.race([this.#reported.promise, sleep(REPORT_DEADLINE_MS, "")]);
    this.#end();
    return Buffer.from(text).subarray(-TAIL_BYTES).toString("base64");
  }
}
