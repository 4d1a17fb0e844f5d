import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { listenError } from "./server.ts";

/**
 * The port is part of what evaluation gives out (queue URLs), so it must be known before the door opens; and one that is in
 * use is better found before evaluation takes its seconds.
 *
 * @throws UserError when the port cannot be had
 */
export async function findPort(wanted: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(wanted, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    throw listenError(error, wanted);
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
