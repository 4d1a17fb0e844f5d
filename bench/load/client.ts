/** Runs in a process of its own: makes load on a target and tells how long each request took. */
import { Pool } from "undici";
import type { Summary } from "../statistics.ts";
import { runClients } from "./clients.ts";
import { requestHeaders } from "./headers.ts";
import type { LoadRequest } from "./target.ts";

async function run({ target, load }: LoadRequest): Promise<Summary> {
  const pool = new Pool(target.origin, { connections: load.clients, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  const headers = requestHeaders(target);
  const summary = await runClients(load, async () => {
    const response = await pool.request({ method: "POST", path: target.path, headers: await headers(), body: target.body });
    const answer = await response.body.text();
    if (response.statusCode < 300 && response.headers["x-amz-function-error"] === undefined) return;
    throw new Error(`${target.origin}${target.path} answered ${response.statusCode}: ${answer.slice(0, 500)}`);
  });
  await pool.close();
  return summary;
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
