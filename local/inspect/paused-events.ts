/** How V8 begins these two notifications, whose order of members is fixed. */
const NOTIFICATION = /^\{"method":"Debugger\.(paused|resumed)"/;
const PREFIX_BYTES = 40;
const TEXT = 1;

/**
 * Finds out from the bytes that an inspector sends to its client whether the process is held: a WebSocket's frames, after the HTTP head.
 * Node sends each message as one text frame, not masked and not compressed.
 *
 * @param onChange called with true at `Debugger.paused` and false at `Debugger.resumed`
 * @returns takes the next bytes
 */
export function watchPaused(onChange: (paused: boolean) => void): (chunk: Buffer) => void {
  let head = true;
  let unread: Buffer = Buffer.alloc(0);
  /** Bytes of the current frame's payload that are still to come and of no interest. */
  let skip = 0;

  /** @returns whether something was read */
  function readNext(): boolean {
    if (head) {
      const end = unread.indexOf("\r\n\r\n");
      if (end < 0) return false;
      head = false;
      unread = unread.subarray(end + 4);
      return true;
    }
    const frame = frameHeader(unread);
    if (frame === undefined) return false;
    const prefix = Math.min(frame.length, PREFIX_BYTES);
    if (unread.length < frame.headerBytes + prefix) return false;
    const [, event] = NOTIFICATION.exec(unread.toString("latin1", frame.headerBytes, frame.headerBytes + prefix)) ?? [];
    if (frame.opcode === TEXT && event !== undefined) onChange(event === "paused");
    skip = frame.length - prefix;
    unread = unread.subarray(frame.headerBytes + prefix);
    return true;
  }

  return (chunk) => {
    let rest = chunk;
    do {
      const skipped = Math.min(skip, rest.length);
      skip -= skipped;
      unread = unread.length === 0 ? rest.subarray(skipped) : Buffer.concat([unread, rest.subarray(skipped)]);
      rest = Buffer.alloc(0);
      if (skip > 0) return;
      while (skip === 0 && readNext());
      if (skip > 0) [rest, unread] = [unread, rest];
    } while (rest.length > 0);
  };
}

/** RFC 6455, section 5.2. @returns nothing while the header is incomplete */
function frameHeader(bytes: Buffer): { opcode: number; length: number; headerBytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const opcode = bytes.readUInt8(0) & 0x0f;
  const length = bytes.readUInt8(1) & 0x7f;
  if (length < 126) return { opcode, length, headerBytes: 2 };
  const headerBytes = length === 126 ? 4 : 10;
  if (bytes.length < headerBytes) return undefined;
  return { opcode, length: length === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)), headerBytes };
}
