import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

export interface HandlerContext {
  readonly callbackWaitsForEmptyEventLoop: boolean;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  /** Whatever JSON object the caller has sent. */
  readonly clientContext: unknown;
  readonly logGroupName: string;
  readonly logStreamName: string;
  getRemainingTimeInMillis(): number;
}

export type Handler = (event: unknown, context: HandlerContext) => unknown;

/** An error with the type that Lambda's own runtime gives it. */
class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** As Lambda's runtime looks for a module. */
const EXTENSIONS = [".js", ".mjs", ".cjs"];

/**
 * Loads the function that a handler setting names.
 *
 * @param folder the unpacked code
 * @param setting `file.export`, where the file may be in a folder and the export nested
 * @throws Error Runtime.MalformedHandlerName, Runtime.ImportModuleError, Runtime.HandlerNotFound, or what loading the module throws
 */
export async function loadHandler(folder: string, setting: string): Promise<Handler> {
  const [file, ...exports] = basename(setting).split(".");
  if (file === undefined || file === "" || exports.length === 0) throw new RuntimeError("Runtime.MalformedHandlerName", "Bad handler");
  const module = join(folder, dirname(setting), file);
  const path = EXTENSIONS.map((extension) => module + extension).find((candidate) => existsSync(candidate));
  if (path === undefined) throw new RuntimeError("Runtime.ImportModuleError", `Error: Cannot find module '${join(dirname(setting), file)}'`);

  const namespace: unknown = await import(pathToFileURL(path).href);
  // Of a CommonJS module only the exports that can be seen without running it have names of their own.
  const handler = property(namespace, exports) ?? property(property(namespace, ["default"]), exports);
  if (typeof handler !== "function") throw new RuntimeError("Runtime.HandlerNotFound", `${setting} is undefined or not exported`);
  if (handler.length >= 3) {
    throw new RuntimeError(
      "Runtime.CallbackHandlerDeprecated",
      "Lambda no longer supports callback-based handlers as of Node.js 24: use an async function.",
    );
  }
  // A handler's type is the function's own affair; that it is callable is all that can be known here.
  return handler as Handler;
}

function property(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((outer, name) => (outer as Record<string, unknown> | null | undefined)?.[name], value);
}

/** An error in the JSON that the Runtime API takes. */
export function errorBody(error: unknown, errorType?: string): string {
  if (error instanceof Error) {
    return JSON.stringify({ errorType: errorType ?? error.name, errorMessage: error.message, trace: error.stack?.split("\n") ?? [] });
  }
  return JSON.stringify({ errorType: errorType ?? typeof error, errorMessage: String(error), trace: [] });
}
