export interface LogSink {
  /** Appends lines to a stream of a declared log group. Never throws and never waits: logging must not slow the work. */
  append(groupName: string, streamName: string, lines: readonly { timestamp: number; message: string }[]): void;
}
