/**
 * A durable event that brings the client for its API. A function's bundle holds its own copy of the durable SDK, which
 * knows such an event by this class's name and this property, whichever copy made it; the class must keep its name.
 */
class DurableExecutionInvocationInputWithClient {
  get [Symbol.toStringTag](): string {
    return "DurableExecutionInvocationInputWithClient";
  }
}

/** The event with all its members; the client is none of those that a handler would see when it prints or copies them. */
export function eventWithClient(event: object, client: object): object {
  const withClient = Object.assign(new DurableExecutionInvocationInputWithClient(), event);
  return Object.defineProperty(withClient, "durableExecutionClient", { value: client });
}
