import { InvokeCommand } from "@aws-sdk/client-lambda";
import { DeleteScheduleCommand } from "@aws-sdk/client-scheduler";
import { InvalidArgumentError, type Command } from "commander";
import { Temporal } from "temporal-polyfill";
import { CREATE_REMINDER, outputPrefix, REMINDER_GROUP_OUTPUT } from "../../operator/outputs.ts";
import { baseCommand, printJson, stackCommand, withStack, type StackOptions } from "../command.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import { reminderShape } from "../shapes.ts";
import type { Terminal } from "../terminal.ts";
import { parseDuration } from "../text/duration.ts";
import { PAYLOAD_HELP, readPayload } from "./payload-option.ts";

interface CreateOptions extends StackOptions {
  readonly timeZone: string;
}

export function remindersCommand(terminal: Terminal): Command {
  return baseCommand(terminal, "reminders", "Creates and deletes one-time schedules that start a function. (wf schedules lists them.)", [
    "wf reminders create tea +5m '{\"cup\":1}'",
    "wf reminders create new-year 2027-01-01T00:00:00 --time-zone Europe/Berlin",
    "wf reminders delete tea",
  ])
    .addCommand(createCommand(terminal))
    .addCommand(deleteCommand(terminal));
}

function createCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "create", "Creates a one-time schedule by the stack's function for it.", ["wf reminders create tea +90s '{\"cup\":1}'"])
    .argument("<key>", "name of the schedule; the same again is the same reminder")
    .argument("<at>", "YYYY-MM-DDTHH:mm:ss in the time zone, or +90s, +5m, +2h, +1d from now", momentOption)
    .argument("[payload]", PAYLOAD_HELP, "null")
    .option("--time-zone <zone>", "IANA time zone or UTC offset of <at>; UTC for one from now", "UTC")
    .action((key: string, at: string, argument: string, options: CreateOptions) =>
      withStack(options, async (stack) => {
        const payload: unknown = JSON.parse(await readPayload(terminal, argument));
        const relative = at.endsWith("Z");
        const input = { key, at: relative ? at.slice(0, -1) : at, timeZone: relative ? "UTC" : options.timeZone, payload };
        const { Payload, FunctionError } = await stack.lambda.send(
          new InvokeCommand({ FunctionName: stack.output(`${outputPrefix(CREATE_REMINDER)}AliasArn`), Payload: JSON.stringify(input) }),
        );
        const answer: unknown = JSON.parse(Payload?.transformToString() ?? "null");
        if (FunctionError !== undefined) throw new CliError(EXIT.failed, (answer as { errorMessage?: string }).errorMessage ?? FunctionError);
        const reminder = reminderShape.parse(answer);
        if (options.json === true) { printJson(terminal, reminder); return; }
        terminal.out(`${reminder.created ? "Created" : "There is already"} ${reminder.key}, at ${reminder.at} ${reminder.timeZone}\n`);
      }),
    );
}

function deleteCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "delete", "Deletes a reminder that has not fired.", ["wf reminders delete tea"])
    .argument("<key>", "name of the schedule")
    .action((key: string, options: StackOptions) =>
      withStack(options, async (stack) => {
        await stack.scheduler.send(new DeleteScheduleCommand({ Name: key, GroupName: stack.output(REMINDER_GROUP_OUTPUT) }));
        if (options.json === true) { printJson(terminal, { key, deleted: true }); return; }
        terminal.out(`Deleted ${key}\n`);
      }),
    );
}

/** A moment from now becomes a time in UTC that ends in Z; others are left to the function, which knows the rules. */
function momentOption(value: string): string {
  if (!value.startsWith("+")) return value;
  const milliseconds = parseDuration(value.slice(1));
  if (milliseconds === undefined) throw new InvalidArgumentError("It must be such as +90s, +5m, +2h or +1d.");
  return `${Temporal.Now.plainDateTimeISO("UTC").add({ milliseconds: Math.round(milliseconds) }).round("second").toString()}Z`;
}
