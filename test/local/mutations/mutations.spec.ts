import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SignatureV4 } from "@smithy/signature-v4";
import { randomFrom } from "../../../chaos/random.ts";
import { Sha256 } from "../../../operator/sha256.ts";
import { startStack, type RunningStack } from "../../../local/stack.ts";
import { operationOf, unlisted } from "../error-codes/model.ts";
import { mutate } from "./mutate.ts";
import { type PlainRequest, soundRequests } from "./requests.ts";

/** `MUTATIONS=100000 npx mocha --no-config test/local/mutations/mutations.spec.ts` runs as many; `MUTATION_SEED` others. */
const COUNT = Number(process.env.MUTATIONS ?? 2_000);
const SEED = Number(process.env.MUTATION_SEED ?? 1);
const AT_ONCE = 16;

describe("The endpoint, for requests with something wrong", function () {
  this.timeout(60_000 + COUNT * 10);

  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const data = mkdtempSync(join(tmpdir(), "mutations-"));
  let stack: RunningStack;

  before(async () => {
    const projectFolder = resolve(import.meta.dirname, "../../..");
    stack = await startStack({ projectFolder, stack: "dev", dataFolder: data, port: 0, speed: 1, onFatal: (error) => assert.fail(error) });
  });
  after(async () => {
    agent.destroy();
    await stack.stop();
    rmSync(data, { recursive: true });
  });

  /** @returns status, error code and body; nothing when the request could not be sent */
  async function send({ service, method, path, headers, body }: PlainRequest): Promise<{ status: number; code: string | undefined; body: string } | undefined> {
    const { host, hostname, port } = new URL(stack.endpoint);
    const [pathname = "/", search = ""] = path.split(/\?(.*)/s);
    const signer = new SignatureV4({ credentials: stack.credentials, region: stack.region, service, sha256: Sha256 });
    const query = Object.fromEntries([...new Set(new URLSearchParams(search).keys())].map((name) => [name, new URLSearchParams(search).getAll(name)]));
    const signed = await signer.sign({ protocol: "http:", hostname, port: Number(port), method, path: pathname, query, headers: { ...headers, host }, body });
    return new Promise((done) => {
      const outgoing = httpRequest({ hostname, port, method, path, headers: { ...signed.headers, "content-length": Buffer.byteLength(body) }, agent }, (incoming) => {
        let text = "";
        incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        incoming.on("end", () => done({ status: incoming.statusCode ?? 0, code: incoming.headers["x-amzn-errortype"]?.toString(), body: text }));
      });
      outgoing.on("error", () => done(undefined));
      outgoing.end(body);
    });
  }

  it(`never answers 5xx, nor an error that AWS's model doesn't list (${COUNT} requests from seed ${SEED}), and then still answers sound ones`, async () => {
    const random = randomFrom(SEED);
    const sound = soundRequests(stack.outputs, String(stack.outputs["mathDeadLetterQueueUrl"]));
    const statuses = new Map<number, number>();
    const failed: string[] = [];
    const wrongCodes = new Set<string>();
    let left = COUNT;
    const worker = async () => {
      while (left-- > 0) {
        const mutant = mutate(sound[Math.floor(random() * sound.length)]!, random);
        const answer = await send(mutant);
        const status = answer?.status ?? 0;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const operation = operationOf(mutant.service, mutant);
        if (operation !== undefined && answer?.code !== undefined) wrongCodes.add(unlisted(mutant.service, operation, answer.code) ?? "");
        if (status >= 500 && failed.length < 20) failed.push(`${status} for ${JSON.stringify(mutant).slice(0, 600)}: ${answer?.body ?? ""}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    assert.deepEqual(failed, [], JSON.stringify([...statuses]));
    assert.deepEqual([...wrongCodes], [""]);
    // Wrong, and for the most part understood: not just refused at the door.
    const count = (status: number) => statuses.get(status) ?? 0;
    assert.ok(count(400) > COUNT / 3 && count(200) > COUNT / 50, JSON.stringify([...statuses]));
    if (process.env.MUTATIONS !== undefined) process.stdout.write(`${JSON.stringify(Object.fromEntries(statuses))}\n`);
    assert.equal((await send(sound.at(-1)!))?.status, 200);
  });
});
