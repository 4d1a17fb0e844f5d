import { InvokeCommand } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import type { FunctionName } from "../../../infra/workflows.ts";
import { CRASHING_JOB, fails, JOB, LONG_JOB } from "./functions.ts";
import type { Scenario, Scenarios } from "./scenario.ts";
import type { Workflows } from "./workflows.ts";

/** Few, so that they are soon taken. */
export const TASKS_AT_ONCE = 4;

export const TOTALS = { job: "totals", input: { rows: ["tea,3"] } };

/** What it takes to run a task. */
function running(name: FunctionName): Scenarios {
  return {
    [`${name}-policy/RunTask`]: fails(name, "ecs:RunTask", JOB),
    [`${name}-policy/TagNewTask`]: fails(name, "ecs:TagResource", JOB),
    [`${name}-policy/PassTaskRoles`]: fails(name, "iam:PassRole", JOB),
    // A start that was refused is followed by one that reads which tasks there are.
    [`${name}-policy/FindTasks`]: whileRunTaskIsThrottled(name, fails(name, "ecs:ListTasks", JOB)),
  };
}

export const pollJob: Scenarios = {
  ...running("poll-job"),
  // The first poll that reads comes two minutes after the start.
  "poll-job-policy/ControlTask": fails("poll-job", "ecs:DescribeTasks", LONG_JOB),
};

export const dispatchJob: Scenarios = { ...running("dispatch-job"), "dispatch-job-policy/KeepRecord": fails("dispatch-job", "dynamodb:PutItem", JOB) };

export const callbackJob: Scenarios = {
  ...running("callback-job"),
  // A job that falls silent has to be stopped.
  "callback-job-policy/ControlTask": fails("callback-job", "ecs:StopTask", { ...JOB, hang: true }),
  "callback-job-policy/CloseCallback": whileRunTaskIsThrottled("callback-job", {
    async run(workflows, since) {
      const executionArn = await workflows.start("callback-job", JOB);
      await workflows.logged("callback-job", /callback could not be closed.*SendDurableExecutionCallbackFailure on resource: arn:/, since);
      await workflows.stop(executionArn);
    },
  }),
  "callback-job-policy/KeepCallbackOpen": {
    async run(workflows, since) {
      // A task waits for a place for longer than a job may stay silent.
      const others = await Promise.all(Array.from({ length: TASKS_AT_ONCE }, () => workflows.start("poll-job", LONG_JOB)));
      await Promise.all(others.map((executionArn) => workflows.task(executionArn, "RUNNING")));
      const executionArn = await workflows.start("callback-job", JOB);
      await workflows.logged("callback-job", /heartbeat could not be sent.*SendDurableExecutionCallbackHeartbeat on resource: arn:/, since);
      await Promise.all([executionArn, ...others].map((each) => workflows.stop(each)));
    },
  },
};

function whileRunTaskIsThrottled(name: FunctionName, scenario: Scenario): Scenario {
  return { run: (workflows, since) => workflows.throttling(name, "ecs:RunTask", () => scenario.run(workflows, since)) };
}

/** What the platform and the job itself do in their roles. */
export const tasks: Scenarios = {
  ...starting("job", JOB),
  ...starting("totals", TOTALS),
  "job-task-policy/ReportToCallback": {
    async run(workflows, since) {
      const { status, error } = await workflows.run("callback-job", JOB);
      assert.equal(status, "FAILED");
      assert.match(error, /^JobFailed: .*exit code 1/);
      await workflows.logged("job", /could not be reported.*lambda:SendDurableExecutionCallbackFailure on resource: arn:/, since);
    },
  },
  "job-task-policy/ReportToRecord": {
    async run(workflows, since) {
      const { executionArn } = await workflows.run("dispatch-job", JOB);
      await workflows.task(executionArn, "STOPPED");
      await workflows.logged("job", /could not be reported.*dynamodb:UpdateItem on resource: arn:/, since);
    },
  },
};

/** What the platform does to start a task. @param name what the resources of the job are named after */
function starting(name: string, input: object): Scenarios {
  return {
    [`${name}-execution-role/Trust`]: fails("poll-job", "sts:AssumeRole", input),
    [`${name}-task-role/Trust`]: fails("poll-job", "sts:AssumeRole", input),
    [`${name}-execution-policy/LogInToRegistry`]: lost(input, /ecr:GetAuthorizationToken on resource: \*/),
    [`${name}-execution-policy/PullImage`]: lost(input, /CannotPullContainerError.*ecr:\w+ on resource: arn:/),
    [`${name}-execution-policy/WriteLogs`]: lost(input, /ResourceInitializationError.*logs:CreateLogStream on resource: arn:/),
  };
}

/** A task that the platform cannot start. */
function lost(input: object, reason: RegExp): Scenario {
  return {
    async run(workflows) {
      const { status, error } = await workflows.run("poll-job", input);
      assert.equal(status, "FAILED");
      assert.match(error, /^JobLost: /);
      assert.match(error, reason);
    },
  };
}

/** Comes before everything else: any event starts a process of the watchdog. */
export const watchdogTrust: Scenarios = {
  "task-watchdog-role/Trust": {
    async run(workflows) {
      const FunctionName = workflows.context.output("taskWatchdogAliasArn");
      const { FunctionError, Payload } = await workflows.context.lambda.send(new InvokeCommand({ FunctionName, Payload: "{}" }));
      assert.equal(FunctionError, "Unhandled");
      assert.match(Payload?.transformToString() ?? "", /AccessDeniedException.*The role defined for the function cannot be assumed by Lambda\./);
    },
  },
};

export const watchdog: Scenarios = {
  "task-watchdog-policy/WriteLogs": {
    async run(workflows, since) {
      await workflows.context.lambda.send(new InvokeCommand({ FunctionName: workflows.context.output("taskWatchdogAliasArn"), Payload: "{}" }));
      assert.deepEqual(await workflows.lines("task-watchdog", since), []);
    },
  },
  "task-watchdog-policy/FindTasks": watchdogFails("ecs:ListTasks", (workflows) => workflows.run("poll-job", {})),
  "task-watchdog-policy/StopTask": watchdogFails("ecs:StopTask", async (workflows) => {
    const executionArn = await workflows.start("callback-job", LONG_JOB);
    await workflows.task(executionArn, "RUNNING");
    await workflows.stop(executionArn);
  }),
  "task-watchdog-policy/SeeExecution": watchdogFails("lambda:GetDurableExecution", (workflows) => workflows.run("poll-job", JOB)),
  "task-watchdog-policy/CompleteCallback": watchdogFails("lambda:SendDurableExecutionCallbackSuccess", async (workflows) => {
    // Its polls find the stop as well.
    assert.equal((await workflows.run("poll-job", JOB)).status, "SUCCEEDED");
  }),
  "task-watchdog-policy/FailCallback": watchdogFails("lambda:SendDurableExecutionCallbackFailure", async (workflows) => {
    const executionArn = await workflows.start("callback-job", CRASHING_JOB);
    await workflows.task(executionArn, "STOPPED");
    // Nobody tells it: it would find out by its job's silence only.
    assert.equal(await workflows.status(executionArn), "RUNNING");
  }),
  "task-watchdog-policy/FailRecord": watchdogFails("dynamodb:(UpdateItem|GetItem)", (workflows) => workflows.run("dispatch-job", CRASHING_JOB)),
  "task-watchdog-policy/RunAgain": {
    ...watchdogFails("lambda:InvokeFunction", (workflows) => workflows.run("dispatch-job", JOB)),
    fault: ["job-execution-policy/PullImage"],
  },
  "task-watchdog-policy/KeepRecordClosed": watchdogFails("dynamodb:PutItem", async (workflows) => {
    // Stopped before its function has recorded the job: the environment of a version has to start first.
    await Promise.all(Array.from({ length: 4 }, async () => workflows.stop(await workflows.start("dispatch-job", JOB))));
  }),
  "watchdog-task-changed-permission": undelivered("watchdog-task-changed"),
  "watchdog-execution-ended-permission": undelivered("watchdog-execution-ended"),
  // A dead letter is what becomes of an event that is refused. An execution that fails for its input has no task.
  "watchdog-dead-letters-policy/TaskChanged": { fault: ["watchdog-task-changed-permission"], run: (workflows) => workflows.run("poll-job", JOB) },
  "watchdog-dead-letters-policy/ExecutionEnded": { fault: ["watchdog-execution-ended-permission"], run: (workflows) => workflows.run("poll-job", {}) },
};

/** Tasks that failed are counted in a queue, which has no dead letters of its own. */
export const taskFailures: Scenarios = {
  "task-failures-policy/NotStarted": { fault: ["job-execution-policy/PullImage"], run: (workflows) => workflows.run("poll-job", JOB) },
  "task-failures-policy/Failed": { run: (workflows) => workflows.run("poll-job", CRASHING_JOB) },
};

/** Takes as long as Lambda's two retries of an asynchronous event, three minutes. */
export const watchdogDeadLetters: Scenarios = {
  "task-watchdog-policy/SendDeadLetters": {
    async run(workflows, since) {
      await workflows.context.lambda.send(new InvokeCommand({ FunctionName: workflows.context.output("taskWatchdogAliasArn"), InvocationType: "Event", Payload: "{}" }));
      await workflows.logged("task-watchdog", /could not be sent to the dead-letter queue: .*sqs:SendMessage on resource: arn:/, since);
    },
  },
};

/** The watchdog's own failure, which its log tells. */
function watchdogFails(action: string, cause: (workflows: Workflows) => Promise<unknown>): Scenario {
  return {
    async run(workflows, since) {
      await cause(workflows);
      await workflows.logged("task-watchdog", new RegExp(`not authorized to perform: ${action} on resource: `), since);
    },
  };
}

/** An event that does not reach the watchdog. */
function undelivered(rule: string): Scenario {
  return {
    async run(workflows) {
      await workflows.run("poll-job", rule === "watchdog-task-changed" ? JOB : {});
      const ruleArn = workflows.resource(rule, "arn");
      const { ERROR_CODE: code, ERROR_MESSAGE: message } = await workflows.deadLetter("watchdogDeadLetterQueueUrl", ({ RULE_ARN: arn }) => arn === ruleArn);
      assert.equal(code, "NO_PERMISSIONS");
      assert.match(message ?? "", /not authorized to perform: lambda:InvokeFunction on resource: arn:/);
    },
  };
}
