import * as assert from "node:assert/strict";
import { request } from "node:http";
import { type ConsoleStack, startConsoleStack } from "./open-console.ts";

const LARGEST_DOWNLOAD_BYTES = 150_000;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** With any header, as `fetch` does not let one send. */
function send(port: string, method: string, path: string, headers: Readonly<Record<string, string>>, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("latin1"); // One character for each byte.
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("The console's door", function () {
  this.timeout(60_000);

  let served: ConsoleStack;
  let token: string;
  let port: string;

  before(async () => {
    served = await startConsoleStack({ speed: 1 });
    ({ token, port } = served);
  });

  after(() => served.stop());

  const host = () => `127.0.0.1:${port}`;
  const authorised = () => ({ host: host(), "x-console-token": token });

  it("answers its own page with the token", async () => {
    assert.equal((await send(port, "GET", "/console/api/home", authorised())).status, 200);
  });

  it("tells nothing and does nothing without the token, or with another", async () => {
    const without: Record<string, string>[] = [{ host: host() }, { host: host(), "x-console-token": `${token.slice(0, -1)}_` }];
    for (const headers of without) {
      for (const path of ["home", "executions", "changes", "functions"]) {
        assert.equal((await send(port, "GET", `/console/api/${path}`, headers)).status, 401, path);
      }
      assert.equal((await send(port, "POST", "/console/api/start", headers, '{"workflow":"math","input":"{}"}')).status, 401);
    }
    assert.equal((await send(port, "GET", `/console/api/home?token=${token}`, { host: host() })).status, 401, "the token counts as a header only");
  });

  it("refuses a name that was re-pointed at the loopback address", async () => {
    for (const foreign of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1.evil.example:${port}`]) {
      for (const path of ["/", "/console/app.js", "/console/api/home"]) {
        const { status, body } = await send(port, "GET", path, { ...authorised(), host: foreign });
        assert.equal(status, 403, `${foreign} ${path}`);
        assert.doesNotMatch(body, /<html/);
      }
    }
  });

  it("refuses requests of other sites, even with the token", async () => {
    const foreign: Record<string, string>[] = [{ origin: "http://evil.example" }, { origin: "null" }, { origin: `http://127.0.0.1:1` }, { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }];
    for (const headers of foreign) {
      const { status } = await send(port, "POST", "/console/api/start", { ...authorised(), ...headers }, '{"workflow":"math","input":"{}"}');
      assert.equal(status, 403, JSON.stringify(headers));
    }
  });

  it("lets no other site ask first whether it may", async () => {
    const answer = await send(port, "OPTIONS", "/console/api/home", { host: host(), origin: "http://evil.example", "access-control-request-headers": "x-console-token" });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers["access-control-allow-origin"], undefined);
  });

  it("runs no script but its own, in no frame", async () => {
    const { headers } = await send(port, "GET", "/", { host: host() });
    const policy = String(headers["content-security-policy"]);
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]) assert.ok(policy.includes(rule), rule);
    assert.doesNotMatch(policy, /unsafe/);
  });

  it("knows nothing but what it names", async () => {
    for (const path of ["/console/", "/console/../stack.sqlite", "/console/api/constructor", "/console/api/__proto__"]) {
      assert.equal((await send(port, "GET", path, authorised())).status, 404, path);
    }
  });

  it(`is at most ${LARGEST_DOWNLOAD_BYTES} bytes to download`, async () => {
    let bytes = 0;
    for (const path of ["/", "/console/app.js", "/console/style.css", "/console/icon.svg"]) {
      const { status, headers, body } = await send(port, "GET", path, { host: host(), "accept-encoding": "br" });
      assert.equal(status, 200);
      assert.equal(headers["content-encoding"], "br");
      bytes += body.length;
    }
    assert.ok(bytes < LARGEST_DOWNLOAD_BYTES, `${bytes} bytes`);
  });
});
