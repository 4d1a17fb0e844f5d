import type { Command } from "commander";
import { listSchedules } from "../client/schedules.ts";
import { printJson, stackCommand, withStack, type StackOptions } from "../command.ts";
import { wholeNumber } from "../../operator/options.ts";
import type { Terminal } from "../terminal.ts";
import { table } from "../text/table.ts";

interface SchedulesOptions extends StackOptions {
  readonly next: number;
}

export function schedulesCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "schedules", "Lists the schedules, and when they fire next, in their own time zones.", ["wf schedules", "wf schedules --next 5 --json"])
    .option("--next <number>", "how many moments of each", wholeNumber(1, 100), 3)
    .action((options: SchedulesOptions) =>
      withStack(options, async (stack) => {
        const schedules = await listSchedules(stack, options.next, Date.now());
        if (options.json === true) { printJson(terminal, { schedules }); return; }
        if (schedules.length === 0) { terminal.err("No schedules.\n"); return; }
        const rows = schedules.map(({ target, name, expression, timeZone, state, next }) => [
          target,
          name,
          `${expression} ${timeZone}`,
          state === "DISABLED" ? { text: "disabled", format: "yellow" as const } : next.map((moment) => moment.replace("T", " ").replace("+00:00", "Z")).join(", "),
        ]);
        terminal.out(table(terminal, ["STARTS", "SCHEDULE", "WHEN", "NEXT"], rows));
      }),
    );
}
