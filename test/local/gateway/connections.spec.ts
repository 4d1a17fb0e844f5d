import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { descriptorLimit, shareDescriptors } from "../../../local/descriptors.ts";
import { boundConnections } from "../../../local/gateway/connections.ts";

describe("The connections of the endpoint", () => {
  it("are bounded: a new one closes the one that is idle longest, and never one with a request", async () => {
    const held: ServerResponse[] = [];
    const server = createServer((_, response) => void held.push(response)).listen(0, "127.0.0.1");
    boundConnections(server, 3);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const open = async (): Promise<Socket> => {
      const socket = connect(port, "127.0.0.1").on("error", () => undefined);
      await once(socket, "connect");
      return socket;
    };
    const busy = request({ port, host: "127.0.0.1", agent: false }).end();
    const answered = once(busy, "response");
    while (held.length === 0) await once(server, "request");
    const idle = [await open(), await open()];
    const closed = Promise.all(idle.map((socket) => once(socket, "close")));
    const last = [await open(), await open()];
    await closed;
    held[0]!.end("answer");
    await answered;
    assert.deepEqual(last.map((socket) => socket.readyState), ["open", "open"]);
    server.closeAllConnections();
    server.close();
  });

  it("have a share of the descriptors, as processes do, that leaves the stack its own", () => {
    for (const limit of [200, 256, 1024, 10_240, 1_048_576]) {
      const { environments, tasks, connections } = shareDescriptors(limit);
      assert.ok(5 * environments + 3 * tasks + connections <= limit - 60, String(limit));
    }
    assert.deepEqual(shareDescriptors(Infinity), { environments: Infinity, tasks: Infinity, connections: Infinity });
    assert.ok(descriptorLimit() > 0);
  });
});
