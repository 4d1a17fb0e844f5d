import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Bounds a server's open connections. A new connection beyond the bound closes the one that has been without a request for
 * longest, so that any number of idle connections leaves the server within reach.
 */
export function boundConnections(server: Server, most: number): void {
  /** Longest idle first. */
  const idle = new Set<Socket>();
  let open = 0;
  server.on("connection", (socket) => {
    open++;
    idle.add(socket);
    socket.once("close", () => {
      open--;
      idle.delete(socket);
    });
    if (open > most) idle.values().next().value?.destroy();
  });
  server.prependListener("request", ({ socket }, response) => {
    idle.delete(socket);
    response.once("close", () => {
      if (!socket.destroyed) idle.add(socket);
    });
  });
}
