import { EXIT, type ExitCode } from "./exit-codes.ts";

const UNREACHABLE = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EPIPE"]);
const NOT_ACCEPTED = new Set([
  "CredentialsProviderError", "ExpiredTokenException", "InvalidSignatureException", "UnrecognizedClientException", "InvalidClientTokenId",
  "MissingAuthenticationTokenException",
]);

/**
 * What went wrong in one line, and what to do about it.
 *
 * @param startHint how to start the local stack
 */
export function explain(error: unknown, startHint: string): { readonly exitCode: ExitCode; readonly message: string } {
  if (!(error instanceof Error)) return { exitCode: EXIT.failed, message: String(error) };
  const code = codeOf(error);
  if (code !== undefined && UNREACHABLE.has(code)) {
    return { exitCode: EXIT.unreachable, message: `The stack does not answer (${code}). Start the local one with: ${startHint}` };
  }
  if (NOT_ACCEPTED.has(error.name)) {
    return {
      exitCode: EXIT.unreachable,
      message: `The stack does not take the credentials: ${error.message} If this is the local stack, another one may have its port: start it again with: ${startHint}`,
    };
  }
  const notFound = /NotFound|DoesNotExist/.test(error.name);
  return { exitCode: notFound ? EXIT.notFound : EXIT.failed, message: `${error.name}: ${error.message}` };
}

/** Of the error, or of what it was caused by: fetch and the SDK wrap the system's. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errors } = error as { code?: unknown; errors?: readonly unknown[] };
  return typeof code === "string" ? code : (codeOf(error.cause) ?? codeOf(errors?.[0]));
}
