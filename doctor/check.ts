import { unknown, type Finding, type Judgement } from "./finding.ts";

/** One check: a read that changes nothing, and a pure judgement of what it returned. */
export interface Check {
  readonly name: string;
  run(): Promise<Finding>;
}

/**
 * @param permission IAM action of the read, where it calls AWS
 * @param read may throw what AWS or the system throws: that becomes a finding of level `unknown`
 */
export function check<T>(name: string, permission: string | undefined, read: () => Promise<T>, judge: (value: T) => Judgement): Check {
  return {
    name,
    async run() {
      try {
        return { check: name, ...judge(await read()) };
      } catch (error) {
        return { check: name, ...judgeFailure(error, permission) };
      }
    },
  };
}

/** Whether AWS refuses the call for lack of a permission. Services spell the error's name in two ways. */
export function isAccessDenied(errorName: string): boolean {
  return /^AccessDenied(Exception)?$/.test(errorName);
}

/** A read that failed says nothing about what it would have shown. */
export function judgeFailure(error: unknown, permission: string | undefined): Judgement {
  const message = describeError(error);
  if (permission === undefined) return unknown(message, "Correct the cause, and run the doctor again.");
  if (error instanceof Error && isAccessDenied(error.name)) {
    // AWS's message names the action: a check may call more than one.
    const action = /not authorized to perform:? ([\w-]+:\w+)/.exec(error.message)?.[1] ?? permission;
    return unknown(`These credentials are not allowed to call ${action}.`, `Allow the caller ${action}, or run the doctor with other credentials.`);
  }
  return unknown(`${permission} cannot be called: ${message}`, "Check network, endpoint and Region, and run the doctor again.");
}

/** An error in one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // How the SDK reports a body that is not AWS's, such as a proxy's page.
  if (error.name === "SyntaxError") return `the response is not AWS's (${error.message.split("\n")[0] ?? ""})`;
  return `${error.name}: ${error.message}`;
}
