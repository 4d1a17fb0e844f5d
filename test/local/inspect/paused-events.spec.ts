import assert from "node:assert/strict";
import { watchPaused } from "../../../local/inspect/paused-events.ts";

const HEAD = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

/** A text frame as servers send it. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length < 126) return Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
  const header = Buffer.alloc(payload.length < 65_536 ? 4 : 10);
  header[0] = 0x81;
  if (payload.length < 65_536) {
    header[1] = 126;
    header.writeUInt16BE(payload.length, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  return Buffer.concat([header, payload]);
}

describe("The watch for held processes", () => {
  const stream = Buffer.concat([
    Buffer.from(HEAD),
    frame('{"id":1,"result":{}}'),
    frame(`{"method":"Debugger.scriptParsed","params":{"url":"${"x".repeat(70_000)}"}}`),
    frame(`{"method":"Debugger.paused","params":{"callFrames":"${"y".repeat(1_000)}"}}`),
    frame('{"id":2,"result":{"text":"{\\"method\\":\\"Debugger.paused\\""}}'),
    frame(""),
    frame('{"method":"Debugger.resumed","params":{}}'),
  ]);

  for (const size of [1, 2, 7, 1_000, 65_536, Infinity]) {
    it(`sees each stop and each resumption, and nothing else, in chunks of ${size} bytes`, () => {
      const seen: boolean[] = [];
      const take = watchPaused((paused) => seen.push(paused));
      for (let at = 0; at < stream.length; at += size) take(stream.subarray(at, Math.min(stream.length, at + size)));
      assert.deepEqual(seen, [true, false]);
    });
  }
});
