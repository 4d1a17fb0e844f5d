type Middleware = (next: unknown, context: { commandName?: string }) => (request: { input: object }) => Promise<{ output: object; response: object }>;

/** What every client of the AWS SDK has, as far as it is needed here. */
interface AwsClient {
  readonly middlewareStack: { add(middleware: never, options: { step: "initialize"; name: string }): void };
}

/**
 * Answers every call of a real client before it leaves for the network, and before the client's own retries.
 *
 * @param answer gets the command's name without `Command`, and its input; what it throws is what the caller gets
 */
export function scripted<Client extends AwsClient>(client: Client, answer: (operation: string, input: Record<string, unknown>) => object): Client {
  const middleware: Middleware = (_next, { commandName = "" }) => async ({ input }) => ({
    output: answer(commandName.replace(/Command$/, ""), { ...input }),
    response: {},
  });
  // Every client types its stack by its own commands; this one serves all.
  client.middlewareStack.add(middleware as never, { step: "initialize", name: "scripted" });
  return client;
}

/** An error as the SDK raises it for a service's answer. */
export function awsError(name: string, httpStatusCode: number, message = name): Error {
  return Object.assign(new Error(message), { name, $fault: httpStatusCode < 500 ? "client" : "server", $metadata: { httpStatusCode } });
}
