/** Runs in a process of its own: makes load on a target and tells how long each request took. */
import { Pool, type Dispatcher } from "undici";
import type { Summary } from "../statistics.ts";
import { runClients } from "./clients.ts";
import { requestHeaders } from "./headers.ts";
import type { LoadRequest } from "./target.ts";

async function run({ target, load }: LoadRequest): Promise<Summary> {
  const pool = new Pool(target.origin, { connections: load.clients, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  const headers = requestHeaders(target);
  const summary = await runClients(load, async () => {
    const { status, failed, body } = await send(pool, { method: "POST", path: target.path, headers: await headers(), body: target.body });
    if (failed) throw new Error(`${target.origin}${target.path} answered ${status}: ${Buffer.concat(body).toString().slice(0, 500)}`);
  });
  await pool.close();
  return summary;
}

interface Answer {
  readonly status: number;
  readonly failed: boolean;
  readonly body: readonly Buffer[];
}

/** Without undici's stream for the body: the client shares the cores with what it measures. */
function send(pool: Pool, options: Dispatcher.DispatchOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let failed = true;
    const body: Buffer[] = [];
    pool.dispatch(options, {
      onRequestStart: () => undefined,
      onResponseStart(_, statusCode, headers) {
        status = statusCode;
        failed = statusCode >= 300 || headers["x-amz-function-error"] !== undefined;
      },
      onResponseData: (_, chunk) => void body.push(chunk),
      onResponseEnd: () => resolve({ status, failed, body }),
      onResponseError: (_, error) => reject(error),
    });
  });
}

process.once("message", (request: LoadRequest) => {
  run(request).then(
    (summary) => process.send?.(summary, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
