import { EventEmitter, once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Report {
  readonly callbackId: string;
  readonly action: "succeed" | "fail" | "heartbeat";
  readonly body: unknown;
}

/** The callback APIs of Lambda: notes every report, and answers as the test says. */
export class FakeCallbacks {
  readonly reports: Report[] = [];
  /** Status of the answer to a report; 400 says that the callback is closed. */
  answer: (report: Report) => 200 | 400 | 403 | 500 = () => 200;
  readonly #events = new EventEmitter();
  #server: Server | undefined;

  static use(): FakeCallbacks {
    const callbacks = new FakeCallbacks();
    before(() => callbacks.#open());
    beforeEach(() => {
      callbacks.reports.length = 0;
      callbacks.answer = () => 200;
    });
    after(() => callbacks.#server?.close());
    return callbacks;
  }

  get environment(): Record<string, string> {
    const { port } = this.#server?.address() as AddressInfo;
    return { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, REPORT_TO: "callback", CALLBACK_ID: "a/b+c=" };
  }

  get actions(): string[] {
    return this.reports.map(({ action }) => action);
  }

  /** Resolves when that many reports have come. */
  async received(count: number): Promise<void> {
    while (this.reports.length < count) await once(this.#events, "report");
  }

  async #open(): Promise<void> {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const [callbackId = "", action] = (request.url ?? "").split("/").slice(3);
        const report = { callbackId: decodeURIComponent(callbackId), action: action as Report["action"], body: body && (JSON.parse(body) as unknown) };
        this.reports.push(report);
        const status = this.answer(report);
        const error = { 200: undefined, 400: "CallbackTimeoutException", 403: "AccessDeniedException", 500: "ServiceException" }[status];
        response.writeHead(status, { "content-type": "application/json", ...(error && { "x-amzn-errortype": error }) });
        response.end(error ? JSON.stringify({ Message: error }) : "{}");
        this.#events.emit("report");
      });
    }).listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }
}
