import { CreateScheduleCommand } from "@aws-sdk/client-scheduler";
import assert from "node:assert/strict";
import { FUNCTION_NAMES, type FunctionName, needing, WORKFLOWS } from "../../../infra/workflows.ts";
import { outputPrefix } from "../../../operator/outputs.ts";
import { fails, forEach, inputOf } from "./functions.ts";
import type { Scenario, Scenarios } from "./scenario.ts";
import type { Workflows } from "./workflows.ts";

let keys = 0;

/** What scheduled functions need, and what the Scheduler acts as for schedules of workflows and for reminders. */
export const schedules: Scenarios = {
  ...forEach(needing("keepOccurrence"), (name) => ({ [`${name}-policy/StoreOutcome`]: fails(name, "dynamodb:PutItem", inputOf(name)) })),
  "create-reminder-policy/CreateSchedules": fails("create-reminder", "scheduler:CreateSchedule", reminder()),
  "create-reminder-policy/PassScheduleRole": fails("create-reminder", "iam:PassRole", reminder()),
  "reminders-role/Trust": {
    async run(workflows) {
      const { status, error } = await workflows.run("create-reminder", reminder());
      assert.equal(status, "FAILED");
      assert.match(error, /must allow AWS EventBridge Scheduler to assume the role/);
    },
  },
  ...scheduleRole("reminders", (workflows) => workflows.context.output("reminderAliasArn"), "scheduleDeadLetterQueueUrl"),
  ...forEach(FUNCTION_NAMES.filter((name) => WORKFLOWS[name].schedule !== undefined), (name) => cronSchedule(name, `${name}-schedule`, outputPrefix(`${name}-schedule`))),
  ...cronSchedule("task-sweep", "sweep-schedule", "sweepSchedule"),
};

/** A schedule whose target is a published version. @param output beginning of the names of the schedule's stack outputs */
function cronSchedule(functionName: FunctionName, name: string, output: string): Scenarios {
  const target = (workflows: Workflows) => workflows.resource(functionName, "qualifiedArn");
  return {
    [`${name}-role/Trust`]: {
      async run(workflows) {
        await assert.rejects(fireOnce(workflows, name, target(workflows)), /must allow AWS EventBridge Scheduler to assume the role/);
      },
    },
    ...scheduleRole(name, target, `${output}DeadLetterQueueUrl`),
  };
}

function reminder(): object {
  return { key: `statement-${++keys}`, at: "2100-01-01T00:00:00", payload: 1 };
}

function scheduleRole(name: string, target: (workflows: Workflows) => string, queueOutput: string): Scenarios {
  const startTarget: Scenario = {
    async run(workflows) {
      const scheduleArn = await fireOnce(workflows, name, target(workflows));
      const { ERROR_CODE: code, ERROR_MESSAGE: message } = await workflows.deadLetter(queueOutput, ({ SCHEDULE_ARN: arn }) => arn === scheduleArn);
      assert.equal(code, "AccessDeniedException");
      assert.match(message ?? "", /not authorized to perform: lambda:InvokeFunction on resource: arn:/);
    },
  };
  return {
    [`${name}-policy/StartTarget`]: startTarget,
    // A dead letter is what becomes of a start that is refused.
    [`${name}-policy/SendDeadLetters`]: { fault: [`${name}-policy/StartTarget`], run: (workflows) => fireOnce(workflows, name, target(workflows)) },
  };
}

/** Creates a schedule of the declared one's group, role and dead-letter queue that is due, and tries only once. */
async function fireOnce(workflows: Workflows, name: string, targetArn: string): Promise<string> {
  const { ScheduleArn: scheduleArn } = await workflows.context.scheduler.send(
    new CreateScheduleCommand({
      Name: `statement-${++keys}`,
      GroupName: workflows.resource(`${name}-group`, "name"),
      ScheduleExpression: "at(2020-01-01T00:00:00)",
      ActionAfterCompletion: "DELETE",
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: targetArn,
        RoleArn: workflows.resource(`${name}-role`, "arn"),
        Input: "{}",
        DeadLetterConfig: { Arn: workflows.resource(`${name}-dead-letters`, "arn") },
        RetryPolicy: { MaximumRetryAttempts: 0 },
      },
    }),
  );
  assert.ok(scheduleArn);
  return scheduleArn;
}
