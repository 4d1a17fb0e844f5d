import { execFile, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { makeLoad } from "../load/load.ts";
import type { Target } from "../load/target.ts";
import { residentMegabytes } from "../processes.ts";
import type { Engine } from "./engine.ts";

const BENCH = fileURLToPath(new URL("..", import.meta.url));
const SERVER = join(BENCH, "node_modules", ".bin", "restate-server");
const SERVICE = fileURLToPath(new URL("restate-service.mjs", import.meta.url));
const INGRESS = "http://127.0.0.1:8080";
const ADMIN = "http://127.0.0.1:9070";
const READY_MS = 30_000;

/**
 * Restate's server and a service on the loopback address: default settings (fsync on), telemetry off. The server is built for
 * clusters and runs here on one node.
 *
 * @throws Error when it cannot be installed or started
 */
export async function restateEngine(): Promise<Engine> {
  await promisify(execFile)("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--prefer-offline"], { cwd: BENCH });
  const folder = await mkdtemp(join(tmpdir(), "bench-restate-"));
  const config = join(folder, "restate.toml");
  await writeFile(
    config,
    ['bind-ip = "127.0.0.1"', 'advertised-host = "127.0.0.1"', 'listen-mode = "tcp"', "disable-telemetry = true", 'log-filter = "error"', `base-dir = ${JSON.stringify(join(folder, "data"))}`].join("\n"),
  );
  const environment = { ...process.env, DO_NOT_TRACK: "1", RESTATE_LOGGING: "ERROR" };
  // In a group of its own: the package's command starts the server as its child.
  const server = spawn(SERVER, ["--config-file", config], { env: environment, stdio: "ignore", detached: true });
  const port = await freePort();
  const service = fork(SERVICE, [String(port)], { env: environment });
  const stop = async (): Promise<void> => {
    service.disconnect();
    const exit = once(server, "exit");
    if (server.pid !== undefined) process.kill(-server.pid, "SIGKILL");
    await exit;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await once(service, "message", { signal: AbortSignal.timeout(READY_MS) });
    await healthy(`${ADMIN}/health`);
    await healthy(`${INGRESS}/restate/health`);
    const deployment = await fetch(`${ADMIN}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
    });
    if (!deployment.ok) throw new Error(`Restate refused the service: ${await deployment.text()}`);
  } catch (error) {
    await stop();
    throw error;
  }
  const target = (handler: string, input: unknown): Target => ({ origin: INGRESS, path: `/bench/${handler}`, body: JSON.stringify(input) });
  return {
    name: "Restate 1.7.12",
    steps: (load, input) => makeLoad({ target: target("steps", input), load }),
    async waits(count, seconds) {
      return (await makeLoad({ target: target("wait", { seconds }), load: { clients: count, requestsPerClient: 1 } })).seconds;
    },
    memory: () => residentMegabytes(server.pid ?? 0) + residentMegabytes(service.pid ?? 0),
    stop,
  };
}

async function healthy(url: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`Restate was not ready within ${READY_MS / 1000} s (${url}).`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
