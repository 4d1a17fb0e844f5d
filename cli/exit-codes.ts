/** What a command's exit code tells a script. */
export const EXIT = {
  ok: 0,
  /** What was asked for did not come about: an execution failed, a request was refused. */
  failed: 1,
  /** The command was not understood, or an id names more than one thing. */
  usage: 2,
  notFound: 3,
  /** No stack answers, or it does not take the credentials. */
  unreachable: 4,
  /** What was awaited goes on: its time to be awaited was over. As `timeout` reports it. */
  timedOut: 124,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end of a command that its user is told of in one line. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
