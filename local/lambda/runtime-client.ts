import { Agent, request, type IncomingMessage } from "node:http";
import type { NextInvocation, RuntimeLink } from "./runtime-link.ts";

const PREFIX = "/2018-06-01/runtime";

/** The process's side of the Runtime API. */
export class RuntimeClient implements RuntimeLink {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #host: string;
  readonly #port: string;

  /** @param address `host:port` */
  constructor(address: string) {
    const { hostname, port } = new URL(`http://${address}`);
    this.#host = hostname;
    this.#port = port;
  }

  async next(): Promise<NextInvocation> {
    const { headers, body } = await this.#send("GET", "/invocation/next");
    return {
      requestId: String(headers["lambda-runtime-aws-request-id"]),
      deadline: Number(headers["lambda-runtime-deadline-ms"]),
      functionArn: String(headers["lambda-runtime-invoked-function-arn"]),
      traceId: String(headers["lambda-runtime-trace-id"]),
      clientContext: single(headers["lambda-runtime-client-context"]),
      event: body,
    };
  }

  async answer(requestId: string, kind: "response" | "error", body: string): Promise<void> {
    await this.#send("POST", `/invocation/${requestId}/${kind}`, body);
  }

  async initError(body: string): Promise<void> {
    await this.#send("POST", "/init/error", body);
  }

  /** Every answer has been acknowledged already. */
  async sent(): Promise<void> {}

  #send(method: string, path: string, body = ""): Promise<{ headers: IncomingMessage["headers"]; body: string }> {
    const { promise, resolve } = Promise.withResolvers<{ headers: IncomingMessage["headers"]; body: string }>();
    const gone = () => process.exit(1);
    request(
      {
        agent: this.#agent,
        host: this.#host,
        port: this.#port,
        method,
        path: PREFIX + path,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", gone);
        response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString("utf8") }));
      },
    )
      .on("error", gone)
      .end(body);
    return promise;
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
