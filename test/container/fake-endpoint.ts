import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** How the endpoint answers: an error by its name and status, or not at all. */
export type Answer = "OK" | "never" | { readonly error: string; readonly status: number };

/** What a job reports to, as Lambda and as DynamoDB: accepts every report, and answers as the test says. */
export class FakeEndpoint {
  /** Reports received so far, by what they say. */
  readonly received = { heartbeat: 0, end: 0 };
  readonly #answer: (report: "heartbeat" | "end") => Answer;
  readonly #server: Server;

  private constructor(answer: (report: "heartbeat" | "end") => Answer) {
    this.#answer = answer;
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const report = request.url?.endsWith("/heartbeat") || body.includes('":status":{"S":"RUNNING"}') ? "heartbeat" : "end";
        this.received[report] += 1;
        const answered = this.#answer(report);
        if (answered === "never") return;
        const { error, status } = answered === "OK" ? { error: undefined, status: 200 } : answered;
        response.writeHead(status, { "content-type": "application/json", ...(error && { "x-amzn-errortype": error }) });
        response.end(error ? JSON.stringify({ message: error }) : "{}");
      });
    });
  }

  /** @param answer to a report, by what it says */
  static async open(answer: (report: "heartbeat" | "end") => Answer): Promise<FakeEndpoint> {
    const endpoint = new FakeEndpoint(answer);
    endpoint.#server.listen(0, "127.0.0.1");
    await once(endpoint.#server, "listening");
    return endpoint;
  }

  /** Environment of a job that reports to it. */
  environment(mode: "callback" | "record"): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, REPORT_TO: mode, CALLBACK_ID: "callback", JOB_ID: "job" };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
