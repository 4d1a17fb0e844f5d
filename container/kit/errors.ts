import type { JobErrorType } from "./contract.ts";

/** A failure that the job reports before it exits. */
export class JobError extends Error {
  readonly errorType: JobErrorType;
  /** 1 to 255. */
  readonly exitCode: number;

  constructor(errorType: JobErrorType, message: string, exitCode: number) {
    super(message);
    this.errorType = errorType;
    this.exitCode = exitCode;
  }
}

/** Whoever asked for the job has stopped waiting: there is nobody to report to, and no reason to go on. */
export class NobodyWaits extends Error {}
