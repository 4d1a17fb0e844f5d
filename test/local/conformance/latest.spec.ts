import assert from "node:assert/strict";
import { GetDurableExecutionCommand, InvokeCommand, LambdaClient, ListDurableExecutionsByFunctionCommand } from "@aws-sdk/client-lambda";
import { startTestStack, type TestStack } from "./stack.ts";

describe("A function that is invoked as $LATEST", function () {
  this.timeout(40_000);

  let test: TestStack;
  let lambda: LambdaClient;

  before(async () => {
    test = await startTestStack({ speed: 10 });
    lambda = new LambdaClient(test.stack);
  });

  after(async () => {
    lambda.destroy();
    await test.stop();
  });

  async function run(qualifier: string): Promise<{ arn: string; error: string | undefined; executedVersion: string | undefined }> {
    const { DurableExecutionArn: arn = "", ExecutedVersion: executedVersion, FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: "latest", Qualifier: qualifier, Payload: JSON.stringify({ case: "wait" }) }),
    );
    return { arn, error: FunctionError && new TextDecoder().decode(Payload), executedVersion };
  }

  it("runs under a policy that names $LATEST, which a version does not", async () => {
    const latest = await run("$LATEST");
    assert.equal(latest.error, undefined);
    assert.equal(latest.executedVersion, "$LATEST");
    assert.match(latest.arn, /:function:latest:\$LATEST\/durable-execution\//);
    const version = await run("1");
    assert.match(version.error ?? "", /not authorized to perform: lambda:CheckpointDurableExecution on resource: \S+:function:latest:1\/durable-execution\//);
    assert.match(version.arn, /:function:latest:1\/durable-execution\//);
  });

  it("has executions that show and list as $LATEST's own", async () => {
    const [latest, version] = [await run("$LATEST"), await run("1")];
    const { Version, FunctionArn } = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: latest.arn }));
    assert.equal(Version, "$LATEST");
    assert.match(FunctionArn ?? "", /:function:latest:\$LATEST$/);
    const list = async (Qualifier: string | undefined) => {
      const { DurableExecutions: executions = [] } = await lambda.send(new ListDurableExecutionsByFunctionCommand({ FunctionName: "latest", Qualifier }));
      return executions.map(({ DurableExecutionArn }) => DurableExecutionArn);
    };
    assert.ok((await list("$LATEST")).includes(latest.arn) && !(await list("$LATEST")).includes(version.arn));
    assert.ok((await list("1")).includes(version.arn) && !(await list("1")).includes(latest.arn));
    const all = await list(undefined);
    assert.ok(all.includes(latest.arn) && all.includes(version.arn));
  });
});
