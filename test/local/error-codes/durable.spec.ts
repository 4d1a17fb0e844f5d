import assert from "node:assert/strict";
import { durableRoutes } from "../../../local/durable/routes.ts";
import { AwsError } from "../../../local/errors.ts";
import { restJsonService } from "../../../local/gateway/rest-json-protocol.ts";
import { World } from "../durable/world.ts";
import { operationOf, unlisted } from "./model.ts";

const caller = { kind: "user", arn: "arn:aws:iam::000000000000:user/test", accountId: "000000000000" } as const;
const FORGED = Buffer.from("999:a:00").toString("base64");

type Subject = "ended" | "waiting" | "unknown" | "garbage";

/** State of the execution, method, end of the path, body, code. */
const OF_EXECUTIONS: readonly (readonly [Subject, string, string, string, string])[] = [
  ["unknown", "GET", "", "", "ResourceNotFoundException"],
  ["garbage", "GET", "", "", "ValidationException"],
  ["unknown", "GET", "/history", "", "ResourceNotFoundException"],
  ["ended", "GET", "/history?Marker=garbage", "", "InvalidParameterValueException"],
  ["ended", "GET", "/history?MaxItems=1001", "", "ValidationException"],
  ["ended", "GET", "/state?CheckpointToken=AAAA", "", "InvalidParameterValueException"],
  ["unknown", "GET", "/state?CheckpointToken=AAAA", "", "InvalidParameterValueException"],
  ["ended", "POST", "/checkpoint", '{"CheckpointToken":"AAAA"}', "InvalidParameterValueException"],
  ["unknown", "POST", "/checkpoint", '{"CheckpointToken":"AAAA"}', "InvalidParameterValueException"],
  ["waiting", "POST", "/checkpoint", '{"CheckpointToken":"AAAA","Updates":{}}', "SerializationException"],
  ["unknown", "POST", "/stop", "{}", "ResourceNotFoundException"],
  ["waiting", "POST", "/stop", `{"ErrorMessage":"${"x".repeat(1_048_577)}"}`, "InvalidParameterValueException"],
  ["ended", "POST", "/pause", "{}", "ResourceConflictException"],
  ["unknown", "POST", "/pause", "{}", "ResourceNotFoundException"],
  ["waiting", "POST", "/pause", `{"Reason":"${"x".repeat(1025)}"}`, "ValidationException"],
  ["waiting", "POST", "/resume", "{}", "ResourceConflictException"],
  ["unknown", "POST", "/resume", "{}", "ResourceNotFoundException"],
  ["waiting", "DELETE", "", "", "ResourceConflictException"],
  ["unknown", "DELETE", "", "", "ResourceNotFoundException"],
];

/** Id of a callback, end of the path, body, code. */
const OF_CALLBACKS: readonly (readonly ["ended" | "garbage" | "forged", string, string, string])[] = (["succeed", "fail", "heartbeat"] as const).flatMap((verb) => [
  ["ended", verb, "", "CallbackTimeoutException"] as const,
  ["garbage", verb, "", "InvalidParameterValueException"] as const,
  ["forged", verb, "", "ResourceNotFoundException"] as const,
]);

describe("The error codes of durable executions", () => {
  let world: World;
  const arns = new Map<Subject, string>([["garbage", "garbage"]]);
  const callbackIds = new Map([["garbage", "AAAA"], ["forged", FORGED]]);

  before(async () => {
    world = new World();
    world.durable("f", async (_input, context) => (await context.createCallback("c"))[0]);
    for (const subject of ["ended", "waiting"] as const) {
      const arn = await world.begin("f");
      await world.idle();
      arns.set(subject, arn);
    }
    const ended = arns.get("ended")!;
    const [, callback] = world.history(ended) as unknown as { CallbackStartedDetails: { CallbackId: string } }[];
    callbackIds.set("ended", callback!.CallbackStartedDetails.CallbackId);
    world.engine.stopExecution(ended, {});
    arns.set("unknown", `${ended}0`);
  });
  after(() => world.close());

  async function refusal(method: string, pathWithQuery: string, body: string): Promise<string> {
    const [path = "", query] = pathWithQuery.split("?");
    const request = { method, path, query: new URLSearchParams(query), headers: {}, body: Buffer.from(body) };
    const operation = operationOf("lambda", request);
    try {
      await restJsonService({ signingName: "lambda", routes: durableRoutes(world.engine) }).parse(request).execute(caller);
    } catch (error) {
      assert.ok(error instanceof AwsError, String(error));
      assert.equal(unlisted("lambda", operation ?? "", error.code), undefined);
      return error.code;
    }
    return "none";
  }

  for (const [subject, method, end, body, code] of OF_EXECUTIONS) {
    it(`answers ${code} to ${method} ${end.split("?")[0] || "/"} of one that is ${subject} ${body.slice(0, 40)}`, async () => {
      assert.equal(await refusal(method, `/2025-12-01/durable-executions/${encodeURIComponent(arns.get(subject)!)}${end}`, body), code);
    });
  }
  for (const [id, verb, body, code] of OF_CALLBACKS) {
    it(`answers ${code} to ${verb} of a callback that is ${id}`, async () => {
      assert.equal(await refusal("POST", `/2025-12-01/durable-execution-callbacks/${encodeURIComponent(callbackIds.get(id)!)}/${verb}`, body), code);
    });
  }
  it("answers ResourceNotFoundException to a list of a function that does not exist", async () => {
    assert.equal(await refusal("GET", "/2025-12-01/functions/none/durable-executions", ""), "ResourceNotFoundException");
  });
});
