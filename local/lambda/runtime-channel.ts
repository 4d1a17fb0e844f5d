import * as z from "zod";

/** An error as runtimes report it: Node's calls the stack `trace`, others `stackTrace`. */
const reportedError = z
  .object({
    errorType: z.string().default("Error"),
    errorMessage: z.string().default(""),
    trace: z.array(z.string()).optional(),
    stackTrace: z.array(z.unknown()).optional(),
  })
  .transform(({ errorType, errorMessage, trace, stackTrace }) => ({
    errorType,
    errorMessage,
    stackTrace: trace ?? stackTrace?.map((frame) => (typeof frame === "string" ? frame : JSON.stringify(frame))),
  }));

export type ReportedError = z.infer<typeof reportedError>;

/** What the process of an execution environment does. */
export interface RuntimeEvents {
  /** It is ready for an invocation. */
  ready(): void;
  response(payload: string): void;
  error(error: ReportedError): void;
  initError(error: ReportedError): void;
}

/** What the process is handed for one invocation. */
export interface RuntimeInvocation {
  readonly requestId: string;
  readonly event: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly functionArn: string;
  readonly traceId: string;
  /** JSON in ASCII. */
  readonly clientContext?: string;
}

/** The way between the stack and the process of an execution environment. */
export interface RuntimeChannel {
  /** Hands an invocation to the process, which must have said that it is ready. */
  deliver(invocation: RuntimeInvocation): void;
  close(): void;
}

/** Lambda's limit on a response, its bytes on the wire. */
export const LARGEST_RESPONSE = 6_291_556;

export const RESPONSE_TOO_LARGE: ReportedError = {
  errorType: "Function.ResponseSizeTooLarge",
  errorMessage: `Response payload size exceeded maximum allowed payload size (${LARGEST_RESPONSE} bytes).`,
  stackTrace: undefined,
};

/** @param body what a runtime has sent for an error; anything */
export function parseError(body: string | undefined): ReportedError {
  try {
    return reportedError.parse(JSON.parse(body ?? ""));
  } catch {
    return { errorType: "Runtime.Unknown", errorMessage: "The runtime reported an error that is not in Lambda's form.", stackTrace: undefined };
  }
}
