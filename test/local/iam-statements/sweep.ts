import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { RunTaskCommand } from "@aws-sdk/client-ecs";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { marshall } from "@aws-sdk/util-dynamodb";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { JOB, LONG_JOB } from "./functions.ts";
import type { Scenario, Scenarios } from "./scenario.ts";
import { until, type Workflows } from "./workflows.ts";

const sweep = (workflows: Workflows, input: object = { settleSeconds: 0 }) =>
  workflows.context.lambda.send(new InvokeCommand({ FunctionName: workflows.context.output("taskSweepAliasArn"), Payload: JSON.stringify(input) }));

/** A sweep that fails for want of the statement, once there is something to do that needs it. */
function sweepFails(action: string, cause: (workflows: Workflows) => Promise<unknown> = async () => undefined, fault?: readonly string[]): Scenario {
  return {
    ...(fault && { fault }),
    async run(workflows) {
      await cause(workflows);
      await until(`a sweep that fails for want of ${action}`, async () => {
        const { FunctionError, Payload } = await sweep(workflows);
        return FunctionError !== undefined && new RegExp(`not authorized to perform: ${action} on resource: `).test(Payload?.transformToString() ?? "") ? true : undefined;
      });
    },
  };
}

/** An open record whose execution nobody knows: a lost job. */
function abandonedRecord(jobId: string) {
  const record = { jobId, status: "RUNNING", open: "open", attempt: 1, input: JOB, updatedAt: new Date(0).toISOString() };
  return async ({ context }: Workflows) => {
    const executionArn = `${context.output("dispatchJobAliasArn").replace(/:live$/, ":1")}/durable-execution/gone/${jobId}`;
    await context.dynamodb.send(new PutItemCommand({ TableName: context.output("jobTableName"), Item: marshall({ ...record, executionArn }) }));
  };
}

/** A task of an execution that has ended, which the watchdog doesn't find: it was not started by the execution. */
async function abandonedTask(workflows: Workflows): Promise<void> {
  const { context } = workflows;
  const startedBy = randomUUID();
  const executionArn = await workflows.start("poll-job", LONG_JOB);
  await workflows.task(executionArn, "RUNNING");
  const environment = { EXECUTION_ARN: executionArn, REPORT_TO: "exit", JOB_ATTEMPT: "1", JOB_INPUT: JSON.stringify(LONG_JOB), JOB_TIME_LIMIT_SECONDS: "3600" };
  await context.ecs.send(
    new RunTaskCommand({
      cluster: context.output("clusterArn"),
      taskDefinition: context.output("taskDefinitionArn"),
      startedBy,
      capacityProviderStrategy: [{ capacityProvider: "FARGATE" }],
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-0"] } },
      overrides: { containerOverrides: [{ name: "job", environment: Object.entries(environment).map(([name, value]) => ({ name, value })) }] },
    }),
  );
  await workflows.event("the other task runs", ({ detail }) => detail["startedBy"] === startedBy && detail["lastStatus"] === "RUNNING");
  await workflows.stop(executionArn);
}

/** The schedule may have started a process before: of several sweeps at once, some need another. */
export const sweepTrust: Scenarios = {
  "task-sweep-role/Trust": {
    async run(workflows) {
      const answers = await Promise.all(Array.from({ length: 6 }, () => sweep(workflows)));
      assert.ok(answers.some(({ Payload }) => /AccessDeniedException.*The role defined for the function cannot be assumed by Lambda\./.test(Payload?.transformToString() ?? "")));
    },
  },
};

export const sweeps: Scenarios = {
  "task-sweep-policy/WriteLogs": {
    async run(workflows, since) {
      await sweep(workflows, { settleSeconds: -1 });
      assert.deepEqual(await workflows.lines("task-sweep", since), []);
    },
  },
  "task-sweep-policy/ListExecutions": sweepFails("lambda:ListDurableExecutionsByFunction"),
  "task-sweep-policy/ListOpenRecords": sweepFails("dynamodb:Query"),
  "task-sweep-policy/FindTasks": sweepFails("ecs:ListTasks"),
  // The watchdog may stop the task first, when the event of its start is late.
  "task-sweep-policy/SeeTasks": sweepFails("ecs:DescribeTasks", abandonedTask, ["task-watchdog-policy/StopTask"]),
  "task-sweep-policy/StopTask": sweepFails("ecs:StopTask", abandonedTask, ["task-watchdog-policy/StopTask"]),
  "task-sweep-policy/SeeExecution": sweepFails("lambda:GetDurableExecution", abandonedRecord("unseen")),
  "task-sweep-policy/FailRecord": sweepFails("dynamodb:(GetItem|UpdateItem)", abandonedRecord("unclosed")),
  "task-sweep-policy/RunAgain": sweepFails("lambda:InvokeFunction", abandonedRecord("not-run-again")),
  "task-sweep-policy/CompleteCallback": sweepFails(
    "lambda:SendDurableExecutionCallbackSuccess",
    async (workflows) => {
      const executionArn = await workflows.start("poll-job", JOB);
      await workflows.task(executionArn, "STOPPED");
    },
    ["task-watchdog-policy/CompleteCallback"],
  ),
  "task-sweep-policy/FailCallback": sweepFails(
    "lambda:SendDurableExecutionCallbackFailure",
    async (workflows) => {
      const executionArn = await workflows.start("callback-job", { ...JOB, fail: { exitCode: 3 } });
      await workflows.task(executionArn, "STOPPED");
    },
    ["task-watchdog-policy/FailCallback"],
  ),
};

/** Takes as long as Lambda's two retries of an asynchronous event, three minutes. */
export const sweepDeadLetters: Scenarios = {
  "task-sweep-policy/SendDeadLetters": {
    async run(workflows, since) {
      const FunctionName = workflows.context.output("taskSweepAliasArn");
      await workflows.context.lambda.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: '{"settleSeconds":-1}' }));
      await workflows.logged("task-sweep", /could not be sent to the dead-letter queue: .*sqs:SendMessage on resource: arn:/, since);
    },
  },
};
