import assert from "node:assert/strict";
import { unlisted } from "./model.ts";

/** Of the AWS SDK's clients, what these tests use. */
export interface SdkClient {
  // The clients' own types differ by service; a test sends what no type would let through.
  send(command: never): Promise<unknown>;
  readonly middlewareStack: { clone(): unknown; add(middleware: never, options: never): void; remove(name: string): boolean };
}

interface Handled {
  request: { body: unknown; query: Record<string, string>; headers: Record<string, string> };
}

/** One call that AWS refuses, and the code it has for that. */
export interface Refusal {
  readonly command: new (input: never) => unknown;
  /** What the SDK is given: members that it needs to build the request. */
  readonly input?: object;
  /** Replaces the body that the SDK has made, so that values get through which its types and checks refuse. */
  readonly body?: unknown;
  /** Added to what the SDK has made. */
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly code: string;
  readonly status?: number;
}

/** An error as the SDK hands it over. Its query code, where there is one, is what older programs compare. */
export interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly Code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Makes a call as the SDK does, with the changes that a refusal asks for. @returns the SDK's error */
export async function refused(client: SdkClient, { command, input = {}, body, query, headers }: Refusal): Promise<SdkError> {
  const change = (next: (handled: Handled) => unknown) => (handled: Handled) => {
    if (body !== undefined) handled.request.body = JSON.stringify(body);
    if (body !== undefined) handled.request.headers["content-length"] = String(Buffer.byteLength(JSON.stringify(body)));
    Object.assign(handled.request.query, query);
    Object.assign(handled.request.headers, headers);
    return next(handled);
  };
  // After the SDK has built the request and before it signs it.
  client.middlewareStack.add(change as never, { step: "build", priority: "low", name: "change" } as never);
  try {
    const answer = await client.send(new command(input as never) as never);
    return assert.fail(`${command.name} was answered: ${JSON.stringify(answer)}`);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return error as SdkError;
  } finally {
    client.middlewareStack.remove("change");
  }
}

/**
 * Declares a test for each refusal: code and status are AWS's, and AWS's model lists the code for the operation.
 *
 * @param service as the model names it
 */
export function itRefuses(service: string, client: () => SdkClient, refusals: readonly Refusal[]): void {
  for (const refusal of refusals) {
    const { command, input, body, query, headers, code, status = 400 } = refusal;
    const what = JSON.stringify(body ?? query ?? headers ?? input ?? {});
    it(`answers ${code} to ${command.name.replace("Command", "")} ${what.length > 100 ? `${what.slice(0, 100)}…` : what}`, async () => {
      const error = await refused(client(), refusal);
      assert.deepEqual({ code: error.Code ?? error.name, status: error.$metadata?.httpStatusCode }, { code, status }, error.message);
      assert.equal(unlisted(service, command.name.replace("Command", ""), error.name), undefined);
    });
  }
}
