import * as assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { withProgress } from "../../../local/cli/progress.ts";

class Terminal {
  readonly isTTY: boolean;
  written = "";
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): boolean {
    this.written += text;
    return true;
  }
  /** Only these two members are used. */
  asStream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream;
  }
}

describe("Progress on a terminal", () => {
  it("shows what takes longer than a second, and leaves nothing of it", async () => {
    const terminal = new Terminal(true);
    assert.equal(await withProgress("Evaluating:", terminal.asStream(), delay(1_100, "done")), "done");
    assert.equal(terminal.written, "\r\u001B[2KEvaluating: 1 s\r\u001B[2K");
  });

  it("says nothing of what is quick, or where nobody watches", async () => {
    const [quick, piped] = [new Terminal(true), new Terminal(false)];
    await withProgress("Evaluating:", quick.asStream(), Promise.resolve());
    await assert.rejects(withProgress("Evaluating:", piped.asStream(), Promise.reject(new Error("no"))), /no/);
    assert.equal(quick.written + piped.written, "");
  });
});
