import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { ECSClient, DescribeTasksCommand, ListTasksCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import { GetDurableExecutionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { UserError } from "../../../local/errors.ts";
import { BODY_LIMIT_BYTES } from "../../../local/gateway/http-request.ts";
import { Gateway, type Pages } from "../../../local/gateway/server.ts";
import type { Service } from "../../../local/gateway/service.ts";
import type { Credentials } from "../../../local/iam/access.ts";
import { administrator, createIam, lambdaCaller, policy, role } from "../iam/fixtures.ts";
import { CLUSTER_ARN, FUNCTION_ARN, awsError, fakeEcs, openDoor, send, type Door } from "./fixtures.ts";

describe("The HTTP door", () => {
  const doors: Door[] = [];
  const open = async (options: Parameters<typeof openDoor>[0]): Promise<Door> => {
    const door = await openDoor(options);
    doors.push(door);
    return door;
  };
  afterEach(async () => {
    for (const door of doors.splice(0)) await door.gateway.close();
  });

  it("has pages for browsers, and takes signed requests for the same paths as calls of an API", async () => {
    const pages: Pages = {
      serves: ({ url }) => url === "/",
      handle: async (_message, response) => void response.end("a page"),
    };
    const door = await open({ iam: createIam(), pages });
    assert.equal((await send(door.endpoint, { method: "GET", path: "/" })).body, "a page");
    const listBuckets = await send(door.endpoint, {
      method: "GET",
      path: "/",
      headers: { authorization: "AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=00" },
    });
    assert.equal(listBuckets.status, 403);
  });

  describe("what callers may", () => {
    function session(policies: Parameters<typeof role>[1]): { iam: ReturnType<typeof createIam>; credentials: Credentials; arn: string } {
      const declared = role("poll", policies);
      const iam = createIam([declared]);
      const principal = iam.assumeRole(declared.arn, lambdaCaller("poll"), "poll");
      return { iam, credentials: iam.issueCredentials(principal), arn: principal.arn };
    }

    it("executes what the role's policies allow, as that caller", async () => {
      const { iam, credentials, arn } = session({ list: policy({ Effect: "Allow", Action: "ecs:ListTasks", Resource: CLUSTER_ARN }) });
      const door = await open({ iam });
      const answer = await new ECSClient(door.client(credentials)).send(new ListTasksCommand({ cluster: "jobs", startedBy: "e1" }));
      assert.deepEqual(answer.taskArns, ["jobs", "e1", arn]);
    });

    it("refuses the rest with who, what and which, by the status of each protocol", async () => {
      const { iam, credentials, arn } = session({});
      const door = await open({ iam });
      const message = (action: string, resource: string) =>
        `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
      await assert.rejects(new ECSClient(door.client(credentials)).send(new ListTasksCommand({ cluster: "jobs" })), awsError("AccessDeniedException", 400, message("ecs:ListTasks", CLUSTER_ARN)));
      await assert.rejects(new LambdaClient(door.client(credentials)).send(new InvokeCommand({ FunctionName: "poll" })), awsError("AccessDeniedException", 403, message("lambda:InvokeFunction", FUNCTION_ARN)));
      assert.deepEqual(iam.denials().map((denial) => denial.action), ["ecs:ListTasks", "lambda:InvokeFunction"]);
    });

    it("executes nothing when one of several permissions is missing", async () => {
      let executed = 0;
      const service: Service = {
        signingName: "ecs",
        protocol: "json",
        parse: () => ({
          operation: "RunTask",
          access: [
            { action: "ecs:RunTask", resource: "*" },
            { action: "iam:PassRole", resource: "arn:aws:iam::000000000000:role/job" },
          ],
          execute: () => {
            executed += 1;
            return { status: 200, headers: {}, body: "{}" };
          },
        }),
      };
      const { iam, credentials } = session({ run: policy({ Effect: "Allow", Action: "ecs:RunTask", Resource: "*" }) });
      const door = await open({ iam, services: [service] });
      await assert.rejects(new ECSClient(door.client(credentials)).send(new ListTasksCommand({})), /iam:PassRole on resource: arn:aws:iam::000000000000:role\/job/);
      assert.equal(executed, 0);
    });
  });

  describe("answers", () => {
    it("wait until what was written is on disk, errors too", async () => {
      const waiting: (() => void)[] = [];
      const door = await open({ iam: createIam(), committed: () => new Promise((resolve) => waiting.push(resolve)) });
      let settled = 0;
      const count = () => (settled += 1);
      const good = new ECSClient(door.client(administrator)).send(new ListTasksCommand({ cluster: "jobs" })).then(count);
      const bad = new LambdaClient(door.client(administrator)).send(new GetDurableExecutionCommand({ DurableExecutionArn: "x" })).catch(count);
      while (waiting.length < 2) await new Promise(setImmediate);
      assert.equal(settled, 0);
      for (const commit of waiting) commit();
      await Promise.all([good, bad]);
      assert.equal(settled, 2);
    });

    it("are a failure when the store cannot be written, whatever the service answered", async () => {
      const door = await open({ iam: createIam(), committed: () => Promise.reject(new Error("disk full")) });
      const call = new ECSClient(door.client(administrator)).send(new ListTasksCommand({ cluster: "jobs" }));
      await assert.rejects(call, awsError("InternalFailure", 500));
      assert.match(door.logged.join(), /disk full/);
    });

    it("carry a request id, each its own", async () => {
      const door = await open({ iam: createIam() });
      const client = new ECSClient(door.client(administrator));
      const first = await client.send(new ListTasksCommand({ cluster: "jobs" }));
      const second = await client.send(new ListTasksCommand({ cluster: "jobs" }));
      assert.match(first.$metadata.requestId!, /^[0-9a-f-]{36}$/);
      assert.notEqual(first.$metadata.requestId, second.$metadata.requestId);
    });

    it("tell nothing of an internal error but where its log is", async () => {
      const door = await open({ iam: createIam() });
      const error = await new ECSClient(door.client(administrator)).send(new DescribeTasksCommand({ tasks: [] })).then(
        () => undefined,
        (failure: unknown) => failure as Error & { $metadata: { requestId: string } },
      );
      assert.equal(error?.name, "InternalFailure");
      assert.doesNotMatch(error.message, /secret|\.ts/);
      assert.equal(door.logged.length, 1);
      assert.match(door.logged[0]!, /a secret of the inside/);
      assert.ok(door.logged[0]!.includes(error.$metadata.requestId));
    });

    it("name an operation that is not implemented, and a service that is not simulated", async () => {
      const door = await open({ iam: createIam() });
      await assert.rejects(new ECSClient(door.client(administrator)).send(new StopTaskCommand({ task: "t" })), { name: "UnknownOperationException", message: /ecs:StopTask/ });
      await assert.rejects(new SQSClient(door.client(administrator)).send(new ListQueuesCommand({})), { name: "UnknownOperationException", message: /sqs/ });
    });

    it("name the wrong members of an input", async () => {
      const door = await open({ iam: createIam() });
      await assert.rejects(new ECSClient(door.client(administrator)).send(new ListTasksCommand({})), { name: "ValidationException", message: /cluster/ });
    });

    it("carry an error's type and members in a REST service", async () => {
      const door = await open({ iam: createIam() });
      const call = new LambdaClient(door.client(administrator)).send(new GetDurableExecutionCommand({ DurableExecutionArn: "x" }));
      await assert.rejects(call, (error: Error & { Type?: string }) => {
        assert.equal(error.Type, "User");
        return awsError("ResourceNotFoundException", 404, "No execution x")(error);
      });
    });
  });

  describe("limits", () => {
    it("takes a payload of Lambda's full 6 MiB and refuses one beyond the limit", async () => {
      const door = await open({ iam: createIam() });
      const client = new LambdaClient(door.client(administrator));
      const largest = Buffer.alloc(6 * 1024 * 1024, 97);
      const answer = await client.send(new InvokeCommand({ FunctionName: "poll", Payload: largest }));
      assert.ok(largest.equals(answer.Payload!));
      const beyond = client.send(new InvokeCommand({ FunctionName: "poll", Payload: Buffer.alloc(BODY_LIMIT_BYTES + 1) }));
      await assert.rejects(beyond, awsError("RequestEntityTooLargeException", 413));
    });

    it("refuses a name that is not its own, as a re-pointed DNS name would send", async () => {
      const door = await open({ iam: createIam() });
      const { port } = new URL(door.endpoint);
      for (const host of [`evil.example:${port}`, "127.0.0.1", `127.0.0.1.evil.example:${port}`]) {
        const answer = await send(door.endpoint, { headers: { host } });
        assert.equal(answer.status, 403);
        assert.match(answer.body, /Host header/);
      }
      const local = await send(door.endpoint, { headers: { host: `localhost:${port}` } });
      assert.equal(local.headers["x-amzn-errortype"], "MissingAuthenticationTokenException");
    });

    it("listens on the loopback address and on no other of this machine", async () => {
      const door = await open({ iam: createIam() });
      const port = Number(new URL(door.endpoint).port);
      assert.equal(new URL(door.endpoint).hostname, "127.0.0.1");
      const others = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).filter((address) => !address.internal && address.family === "IPv4"));
      // Every address of 127.0.0.0/8 is this machine's too, and there even where it has no network.
      for (const address of ["127.0.0.2", ...others.map((other) => other.address)]) {
        const socket = connect({ host: address, port, timeout: 1_000 });
        socket.on("timeout", () => socket.destroy(new Error("no answer")));
        await assert.rejects(once(socket, "connect"), /ECONNREFUSED|EADDRNOTAVAIL|EHOSTUNREACH|no answer/, `${address} is open`);
      }
    });
  });

  describe("opening and closing", () => {
    it("says that the port is in use and what to do", async () => {
      const door = await open({ iam: createIam() });
      const port = Number(new URL(door.endpoint).port);
      const second = new Gateway({ store: { committed: () => Promise.resolve() }, services: [], iam: createIam(), log: () => undefined });
      await assert.rejects(second.listen(port), (error) => error instanceof UserError && error.message.includes(`Port ${port}`) && error.message.includes("--port"));
      await second.close();
    });

    it("finishes what is under way before it closes, and takes no more", async () => {
      const entered = Promise.withResolvers<undefined>();
      const release = Promise.withResolvers<undefined>();
      const slow: Service = {
        signingName: "ecs",
        protocol: "json",
        parse: () => ({
          operation: "ListTasks",
          access: [],
          execute: async () => {
            entered.resolve(undefined);
            await release.promise;
            return { status: 200, headers: {}, body: '{"taskArns":["done"]}' };
          },
        }),
      };
      const door = await open({ iam: createIam(), services: [slow] });
      const call = new ECSClient(door.client(administrator)).send(new ListTasksCommand({ cluster: "jobs" }));
      await entered.promise;
      const closed = door.gateway.close();
      await assert.rejects(send(door.endpoint, {}), { code: "ECONNREFUSED" });
      release.resolve(undefined);
      assert.deepEqual((await call).taskArns, ["done"]);
      await closed;
    });

    it("does not wait for idle connections", async () => {
      const door = await open({ iam: createIam(), services: [fakeEcs()] });
      await new ECSClient(door.client(administrator)).send(new ListTasksCommand({ cluster: "jobs" }));
      // Without closing them, this would hang until the test times out: the client keeps its connection for longer.
      await door.gateway.close();
    });
  });
});
