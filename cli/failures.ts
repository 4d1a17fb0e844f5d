import { EXIT, type ExitCode } from "./exit-codes.ts";

const UNREACHABLE = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EPIPE"]);
const NOT_ACCEPTED = new Set([
  "CredentialsProviderError", "ExpiredTokenException", "InvalidSignatureException", "UnrecognizedClientException", "InvalidClientTokenId",
  "MissingAuthenticationTokenException",
]);

/** What to do when a stack cannot be spoken to. */
export interface Remedy {
  /** What is spoken to, as the beginning of a sentence. */
  readonly stack: string;
  readonly unreachable: string;
  readonly refused: string;
}

/** What went wrong in one line, and what to do about it. */
export function explain(error: unknown, { stack, unreachable, refused }: Remedy): { readonly exitCode: ExitCode; readonly message: string } {
  if (!(error instanceof Error)) return { exitCode: EXIT.failed, message: String(error) };
  const code = codeOf(error);
  if (code !== undefined && UNREACHABLE.has(code)) {
    return { exitCode: EXIT.unreachable, message: `${stack} does not answer (${code}). ${unreachable}` };
  }
  if (NOT_ACCEPTED.has(error.name)) {
    return { exitCode: EXIT.unreachable, message: `${stack} does not take the credentials: ${sentence(error.message)} ${refused}` };
  }
  const notFound = /NotFound|DoesNotExist/.test(error.name);
  return { exitCode: notFound ? EXIT.notFound : EXIT.failed, message: `${error.name}: ${error.message}` };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Of the error, or of what it was caused by: fetch and the SDK wrap the system's. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errors } = error as { code?: unknown; errors?: readonly unknown[] };
  return typeof code === "string" ? code : (codeOf(error.cause) ?? codeOf(errors?.[0]));
}
