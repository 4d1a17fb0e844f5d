import assert from "node:assert/strict";
import { adminService } from "../../../local/admin/service.ts";
import { createClock, type AdjustableClock } from "../../../local/clock.ts";
import { requestLocal } from "../../../cli/client/local-api.ts";
import type { Task } from "../../../local/ecs/task.ts";
import { openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, identity, lambdaCaller, policy, role } from "../iam/fixtures.ts";

describe("The control of the running stack", () => {
  const reader = role("reader", { all: policy({ Effect: "Allow", Action: ["lambda:*", "ecs:*", "scheduler:*"], Resource: "*" }) });
  const iam = createIam([reader]);
  const skipped: string[] = [];
  const interrupted: string[] = [];
  let clock: AdjustableClock;
  let door: Door;

  before(async () => {
    clock = createClock();
    const engine = {
      skipToNextTimer(arn: string) {
        skipped.push(arn);
        return { due: 5_000, operations: [{ id: "1", name: "pause", type: "WAIT" as const, startedAt: 0, status: "SUCCEEDED" as const }] };
      },
    };
    const tasks = {
      interrupt(arn: string) {
        interrupted.push(arn);
        return { arn, stopCode: "SpotInterruption" } as Task;
      },
    };
    door = await openDoor({ iam, services: [adminService({ clock, engine, tasks })] });
  });
  after(() => door.gateway.close());

  const ask = (operation: string, input: object, credentials = administrator) =>
    requestLocal({ endpoint: door.endpoint, region: identity.region, credentials }, operation, input);

  it("shows the speed and changes it for what begins from then on", async () => {
    assert.deepEqual(await ask("GetClock", {}), { Speed: 1 });
    const before = clock.scale(60_000);
    assert.deepEqual(await ask("SetSpeed", { Speed: 20 }), { Speed: 20 });
    assert.deepEqual(await ask("GetClock", {}), { Speed: 20 });
    assert.deepEqual([before, clock.scale(60_000)], [60_000, 3_000]);
  });

  it("refuses to stop time, or to make it run backwards or too fast", async () => {
    for (const Speed of [0, -1, 0.5, 1001]) {
      await assert.rejects(ask("SetSpeed", { Speed }), { name: "ValidationException" });
    }
    await assert.rejects(ask("SetSpeed", { Speed: "10" }), { name: "SerializationException" });
  });

  it("skips to the next timer of an execution", async () => {
    const arn = "arn:aws:lambda:eu-west-1:000000000000:function:f:1/durable-execution/n/i";
    assert.deepEqual(await ask("SkipToNextTimer", { DurableExecutionArn: arn }), {
      DueTimestamp: 5,
      Operations: [{ Id: "1", Name: "pause", Type: "WAIT" }],
    });
    assert.deepEqual(skipped, [arn]);
  });

  it("interrupts a task", async () => {
    const TaskArn = "arn:aws:ecs:eu-west-1:000000000000:task/c/1";
    assert.deepEqual(await ask("InterruptTask", { TaskArn }), { TaskArn, StopCode: "SpotInterruption" });
    assert.deepEqual(interrupted, [TaskArn]);
  });

  it("is the developer's alone: no function's or task's credentials will do", async () => {
    const session = iam.issueCredentials(iam.assumeRole(reader.arn, lambdaCaller("f"), "session"));
    for (const [operation, input] of [["GetClock", {}], ["SetSpeed", { Speed: 2 }], ["SkipToNextTimer", { DurableExecutionArn: "x" }], ["InterruptTask", { TaskArn: "x" }]] as const) {
      await assert.rejects(ask(operation, input, session), { name: "AccessDeniedException" });
    }
    await assert.rejects(ask("GetClock", {}, { ...administrator, secretAccessKey: "wrong" }), { name: "InvalidSignatureException" });
  });
});
