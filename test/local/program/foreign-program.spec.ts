import assert from "node:assert/strict";
import { join } from "node:path";
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { functionsShape } from "../../../cli/shapes.ts";
import { startStack, type RunningStack } from "../../../local/stack.ts";
import { runCommand } from "../../cli/terminal.ts";
import { foreignProgram } from "./foreign-program.ts";

describe("A program of another project", () => {
  let program: ReturnType<typeof foreignProgram>;
  let stack: RunningStack;
  let lambda: LambdaClient;

  before(async () => {
    program = foreignProgram();
    const dataFolder = join(program.path, ".local/dev");
    stack = await startStack({
      projectFolder: program.path,
      stack: "dev",
      dataFolder,
      port: 0,
      speed: 1,
      onFatal: (error) => {
        throw error;
      },
    });
    lambda = new LambdaClient(stack);
  });
  after(async () => {
    lambda.destroy();
    await stack.stop();
    program[Symbol.dispose]();
  });

  const wf = (...words: string[]) => runCommand([...words, "--program", program.path]);

  it("starts, and lists everything that is not simulated: types, properties, and what has no value for that reason", () => {
    assert.deepEqual(stack.notSimulated, [
      "aws:s3/bucket:Bucket, aws:sns/topic:Topic",
      "aws:cloudwatch/eventTarget:EventTarget: arn (topic)",
      "aws:cloudwatch/eventTarget:EventTarget: inputTransformer (nightly)",
      "aws:dynamodb/table:Table: streamEnabled, streamViewType (counts)",
      "aws:ecs/taskDefinition:TaskDefinition: containerDefinitions.healthCheck, containerDefinitions.ulimits, volumes (job)",
      "aws:lambda/function:Function: environment.variables.BUCKET, without a value because an output is not simulated (counter)",
      "aws:lambda/function:Function: layers, snapStart, vpcConfig (counter)",
      "aws:sqs/queue:Queue: visibilityTimeoutSeconds (dead)",
      "stack outputs without a value: page",
    ]);
  });

  it("runs its unpublished function, with its own outputs", async () => {
    assert.equal(stack.outputs["total"], 12);
    const name = String(stack.outputs["counterName"]);
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from('{"a":1}') }));
    const { event, table, bucket } = JSON.parse(Buffer.from(Payload ?? []).toString()) as Record<string, unknown>;
    assert.deepEqual(event, { a: 1 });
    assert.match(String(table), /^counts-[0-9a-f]{7}$/);
    assert.equal(bucket, undefined);
    assert.equal((await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }))).Version, "$LATEST");
  });

  it("is one that wf works on", async () => {
    const listed = await wf("functions", "--json");
    assert.equal(listed.code, 0, listed.err);
    const { functions } = functionsShape.parse(JSON.parse(listed.out));
    assert.deepEqual(functions.map(({ functionName, version, durable }) => ({ functionName, version, durable })), [{ functionName: stack.outputs["counterName"], version: "$LATEST", durable: null }]);
    const started = await wf("start", "counter", '{"a":2}');
    assert.equal(started.code, 0, started.err);
    for (const command of ["list", "tasks", "schedules", "dead-letters"]) assert.equal((await wf(command)).code, 0, command);
    assert.match((await wf("dead-letters")).out, /dead-[0-9a-f]{7}/);
  });
});
