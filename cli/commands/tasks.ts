import { StopTaskCommand } from "@aws-sdk/client-ecs";
import { Option, type Command } from "commander";
import { clusterOf, findTask, listTasks } from "../client/tasks.ts";
import { baseCommand, groupCommand, printJson, stackCommand, withStack, type StackOptions } from "../command.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import type { Task } from "../shapes.ts";
import type { Terminal } from "../terminal.ts";
import { clockTime, duration } from "../text/duration.ts";
import { table } from "../text/table.ts";

interface ListOptions extends StackOptions {
  readonly status: "running" | "stopped" | "all";
}

interface StopOptions extends StackOptions {
  readonly reason: string;
}

const DESIRED = { running: ["RUNNING"], stopped: ["STOPPED"], all: ["RUNNING", "STOPPED"] } as const;

export function tasksCommand(terminal: Terminal): Command {
  const group = baseCommand(terminal, "tasks", "Lists and stops the tasks of the job cluster.", ["wf tasks", "wf tasks --status running", "wf tasks stop 27af766b1d40"]);
  return groupCommand(group, listCommand(terminal), stopCommand(terminal));
}

function listCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "list", "Lists the tasks, newest first; this is what wf tasks alone does. ECS forgets a stopped task after an hour.", [
    "wf tasks list --status stopped --json",
  ])
    .addOption(new Option("--status <status>", "only those that run, or have stopped").choices(["running", "stopped", "all"]).default("all"))
    .action((options: ListOptions) =>
      withStack(options, async (stack) => {
        const tasks = await listTasks(stack, { desiredStatuses: DESIRED[options.status] });
        if (options.json === true) { printJson(terminal, { tasks }); return; }
        if (tasks.length === 0) { terminal.err("No tasks.\n"); return; }
        terminal.out(taskTable(terminal, tasks));
      }),
    );
}

function stopCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "stop", "Stops a task. What its workflow does then is the workflow's business.", ['wf tasks stop 27af766b1d40 --reason "too slow"'])
    .argument("<task>", "ARN, id, or the unique beginning or end of an id")
    .option("--reason <text>", "becomes the task's stopped reason", "Stopped by wf tasks stop")
    .action((reference: string, { reason, ...options }: StopOptions) =>
      withStack(options, async (stack) => {
        const task = await findTask(stack, reference);
        if (task.status === "STOPPED") throw new CliError(EXIT.failed, `The task has stopped already: ${task.stoppedReason ?? task.stopCode ?? ""}`);
        await stack.ecs.send(new StopTaskCommand({ cluster: clusterOf(task.arn), task: task.arn, reason }));
        if (options.json === true) { printJson(terminal, { tasks: [await findTask(stack, task.arn)] }); return; }
        terminal.out(`Stopping ${task.arn}\n`);
      }),
    );
}

function taskTable(terminal: Terminal, tasks: readonly Task[]): string {
  const rows = tasks.map(({ id, status, createdAt, startedAt, stoppedAt, exitCode, executionId, stoppedReason }) => {
    const time = startedAt === null ? "" : duration((stoppedAt === null ? Date.now() : Date.parse(stoppedAt)) - Date.parse(startedAt));
    const end = status === "STOPPED" ? `${exitCode === null ? "" : `exit code ${exitCode}: `}${stoppedReason ?? ""}` : "";
    const format = status !== "STOPPED" ? ("cyan" as const) : exitCode === 0 ? ("green" as const) : ("red" as const);
    return [{ text: status, format }, id.slice(0, 12), createdAt === null ? "" : clockTime(createdAt, Date.now()), time, executionId?.slice(-12) ?? "", end];
  });
  return table(terminal, ["STATUS", "TASK", "CREATED", "RAN FOR", "EXECUTION", "END"], rows);
}
