/** The clock of a sweep, replaced in tests. */
export interface Time {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<unknown>;
}

type Middleware = (next: (request: unknown) => Promise<unknown>) => (request: unknown) => Promise<unknown>;

/** What every client of the AWS SDK has, as far as it is needed here. */
interface AwsClient {
  readonly middlewareStack: { add(middleware: never, options: { step: "finalizeRequest"; priority: "low"; name: string }): void };
}

/**
 * Limits requests, over all clients that it is given to: the account's quotas for reading executions and tasks (30
 * GetDurableExecution calls a second, ECS reads 20) are those of everybody else as well.
 */
export class Pace {
  readonly #time: Time;
  readonly #intervalMs: number;
  #next = 0;

  constructor(time: Time, requestsPerSecond: number) {
    this.#time = time;
    this.#intervalMs = 1000 / requestsPerSecond;
  }

  /** Limits a client's requests, its retries included: the client's own retry is outside of this middleware. */
  limit<Client extends AwsClient>(client: Client): Client {
    const middleware: Middleware = (next) => async (request) => {
      await this.#turn();
      return next(request);
    };
    // Every client types its stack by its own commands; this one serves all.
    client.middlewareStack.add(middleware as never, { step: "finalizeRequest", priority: "low", name: "pace" });
    return client;
  }

  async #turn(): Promise<void> {
    const now = this.#time.now();
    const turn = Math.max(now, this.#next);
    this.#next = turn + this.#intervalMs;
    if (turn > now) {
      await this.#time.sleep(turn - now);
    }
  }
}
