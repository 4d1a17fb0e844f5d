import { GetDurableExecutionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunningStack } from "../../../local/stack.ts";
import { killHost, startHost } from "../host.ts";
import { eventually, ReloadProgram } from "./reload-program.ts";

describe("A stack that is killed during a reload", function () {
  this.timeout(180_000);
  let program: ReloadProgram;
  let host: ChildProcess;
  let lambda: LambdaClient;
  before(() => (program = new ReloadProgram()));
  after(async () => {
    await killed();
    program.remove();
  });

  async function start(): Promise<void> {
    host = await startHost(program.data, program.folder, "watch");
    const { endpoint, region, credentials } = JSON.parse(readFileSync(join(program.data, "outputs.json"), "utf8")) as Pick<RunningStack, "endpoint" | "region" | "credentials">;
    lambda = new LambdaClient({ endpoint, region, credentials });
  }

  async function killed(): Promise<void> {
    lambda.destroy();
    await killHost(host);
  }

  /** The version of the function as each service has it in the store. */
  function storedVersions(): string[] {
    const copy = mkdtempSync(join(tmpdir(), "reload-store-"));
    cpSync(program.data, copy, { recursive: true });
    const database = new DatabaseSync(join(copy, "stack.sqlite"));
    const get = (sql: string) => String(Object.values(database.prepare(sql).get() ?? {})[0]);
    const declaration = JSON.parse(get("SELECT declaration FROM deployed_declaration")) as { functions: { functionName: string; version: string }[]; aliases: { functionArn: string; version: string }[] };
    const versions = [
      declaration.functions.find(({ functionName }) => functionName === "first")!.version,
      declaration.aliases.find(({ functionArn }) => functionArn.endsWith(":first"))!.version,
      get("SELECT revision FROM revisions WHERE resource = 'function/first'"),
      get("SELECT max(CAST(version AS INTEGER)) FROM lambda_versions WHERE function_arn LIKE '%:first'"),
    ];
    database.close();
    rmSync(copy, { recursive: true });
    return versions;
  }

  it("has the old program or the new one, never a mixture, and goes on with every execution on its own version", async () => {
    await start();
    for (const [round, delay] of [0, 10, 40, 150].entries()) {
      const before = Number(storedVersions()[0]);
      const answer = (await lambda.send(new InvokeCommand({ FunctionName: "first:live", Payload: "{}" }))).Payload?.transformToString() ?? "";
      const { DurableExecutionArn } = await lambda.send(new InvokeCommand({ FunctionName: "first:live", InvocationType: "Event", Payload: '{"seconds":2}' }));
      program.handler("first", `round ${round}`);
      // The first thing that a reload leaves in the data folder.
      await eventually("the code is unpacked", () => existsSync(join(program.data, "functions", "first", String(before + 1))));
      await sleep(delay);
      await killed();
      const versions = storedVersions();
      assert.equal(new Set(versions).size, 1, versions.join());
      assert.ok([before, before + 1].includes(Number(versions[0])));
      await start();
      assert.equal((await lambda.send(new InvokeCommand({ FunctionName: "first:live", Payload: "{}" }))).Payload?.transformToString(), `"round ${round}"`);
      const execution = () => lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
      await eventually("the execution has ended", async () => (await execution()).Status !== "RUNNING");
      const { Status, Version, Result } = await execution();
      assert.deepEqual([Status, Version, Result], ["SUCCEEDED", String(before), answer]);
    }
  });
});
