import assert from "node:assert/strict";
import { eventsService } from "../../../local/events/service.ts";
import type { Principal } from "../../../local/iam/access.ts";
import { identity } from "../iam/fixtures.ts";
import { Harness, rule, RULE } from "./harness.ts";

const caller: Principal = { kind: "user", arn: "arn:aws:iam::000000000000:user/a", accountId: identity.accountId };
const ORDER = { Source: "shop", DetailType: "Order placed", Detail: '{"total":7}' };

function callOf(harness: Harness, Entries: object[]) {
  const headers = { "x-amz-target": "AWSEvents.PutEvents" };
  return eventsService(harness.bus, identity).parse({ method: "POST", path: "/", query: new URLSearchParams(), headers, body: Buffer.from(JSON.stringify({ Entries })) });
}

async function put(harness: Harness, ...entries: object[]) {
  const response = await callOf(harness, entries).execute(caller);
  return JSON.parse(String(response.body)) as { FailedEntryCount: number; Entries: { EventId?: string; ErrorCode?: string; ErrorMessage?: string }[] };
}

describe("PutEvents", () => {
  const orders = rule({ eventPattern: { source: ["shop"], detail: { total: [{ numeric: [">", 5] }] } } });

  it("hands an event to the targets of matching rules, in the envelope and with the id that the caller was given", async () => {
    using harness = new Harness({ rules: [orders] });
    const { FailedEntryCount, Entries } = await put(harness, { ...ORDER, Time: 1_767_225_600, Resources: ["a"] }, { ...ORDER, Detail: '{"total":1}' });
    await harness.settled();
    assert.equal(FailedEntryCount, 0);
    assert.equal(Entries.length, 2);
    assert.deepEqual(
      harness.invocations.map(({ event }) => event),
      [{ version: "0", id: Entries[0]?.EventId, "detail-type": "Order placed", source: "shop", account: "000000000000", time: "2026-01-01T00:00:00Z", region: "eu-west-1", resources: ["a"], detail: { total: 7 } }],
    );
  });

  it("matches the rules of the named bus only, and takes events for a bus that does not exist", async () => {
    const custom = rule({ arn: `${RULE}-2`, busName: "orders", eventPattern: { source: ["shop"] }, target: { arn: "arn:aws:lambda:eu-west-1:000000000000:function:custom" } });
    using harness = new Harness({ rules: [orders, custom] });
    for (const EventBusName of ["arn:aws:events:eu-west-1:000000000000:event-bus/orders", "orders", "nowhere"]) {
      assert.equal((await put(harness, { ...ORDER, EventBusName })).FailedEntryCount, 0);
    }
    await harness.settled();
    assert.deepEqual(
      harness.invocations.map(({ functionArn }) => functionArn),
      ["arn:aws:lambda:eu-west-1:000000000000:function:custom", "arn:aws:lambda:eu-west-1:000000000000:function:custom"],
    );
  });

  it("asks IAM for the bus of each entry, with its source and detail type", () => {
    using harness = new Harness();
    const context = { "events:source": "shop", "events:detail-type": "Order placed" };
    assert.deepEqual(callOf(harness, [ORDER, { ...ORDER, EventBusName: "orders" }]).access, [
      { action: "events:PutEvents", resource: "arn:aws:events:eu-west-1:000000000000:event-bus/default", context },
      { action: "events:PutEvents", resource: "arn:aws:events:eu-west-1:000000000000:event-bus/orders", context },
    ]);
  });

  const REFUSED = [
    ["without a source", { ...ORDER, Source: undefined }, "InvalidArgument"],
    ["without a detail type", { ...ORDER, DetailType: "" }, "InvalidArgument"],
    ["without a detail", { ...ORDER, Detail: undefined }, "InvalidArgument"],
    ["with a detail that is not JSON", { ...ORDER, Detail: "{" }, "MalformedDetail"],
    ["with a detail that is not an object", { ...ORDER, Detail: "[]" }, "MalformedDetail"],
    ["with a source of AWS", { ...ORDER, Source: "aws.ecs" }, "NotAuthorizedForSourceException"],
  ] as const;
  for (const [what, entry, code] of REFUSED) {
    it(`refuses an entry ${what} with ${code}, and takes the others`, async () => {
      using harness = new Harness({ rules: [orders] });
      const { FailedEntryCount, Entries } = await put(harness, entry, ORDER);
      await harness.settled();
      assert.equal(FailedEntryCount, 1);
      assert.equal(Entries[0]?.ErrorCode, code);
      assert.equal(harness.invocations.length, 1);
    });
  }

  it("refuses a request of 1 MB or more, of no entry and of more than 10", async () => {
    using harness = new Harness();
    const half = { ...ORDER, Detail: JSON.stringify({ text: "x".repeat(512 * 1024) }) };
    await assert.rejects(put(harness, half, half), { code: "ValidationException" });
    assert.throws(() => callOf(harness, []), { code: "ValidationException" });
    assert.throws(() => callOf(harness, Array.from({ length: 11 }, () => ORDER)), { code: "ValidationException" });
  });
});
