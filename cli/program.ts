import { CommanderError, type Command } from "commander";
import { startHint } from "../operator/local-outputs.ts";
import { baseCommand } from "./command.ts";
import { callbackCommand } from "./commands/callback.ts";
import { clockCommand } from "./commands/clock.ts";
import { deadLettersCommand } from "./commands/dead-letters.ts";
import { functionsCommand } from "./commands/functions.ts";
import { listCommand } from "./commands/list.ts";
import { logsCommand } from "./commands/logs.ts";
import { remindersCommand } from "./commands/reminders.ts";
import { rerunCommand } from "./commands/rerun.ts";
import { schedulesCommand } from "./commands/schedules.ts";
import { showCommand } from "./commands/show.ts";
import { startCommand } from "./commands/start.ts";
import { stopCommand } from "./commands/stop.ts";
import { tasksCommand } from "./commands/tasks.ts";
import { waitCommand } from "./commands/wait.ts";
import { CliError, EXIT, type ExitCode } from "./exit-codes.ts";
import { explain, type Remedy } from "./failures.ts";
import type { Terminal } from "./terminal.ts";
import { clean } from "./text/clean.ts";

const EXIT_CODES = `
Exit codes: 0 done; 1 not as wanted (an execution failed, a request was refused); 2 usage; 3 not found;
4 the stack cannot be reached; 124 not in time (wf wait --timeout); 130 interrupted.

Ids: an execution is named by its ARN, its name, its id, or the unique beginning or end of either; a task by its ARN, its id,
or a part of it likewise; a function by its short name (ship-order), its name on AWS or its ARN.
`;

function createProgram(terminal: Terminal): Command {
  const program = baseCommand(terminal, "wf", "Looks at durable workflows and acts on them, in the local stack or a deployed one.", [
    "wf list --status running",
    'wf start ship-order \'{"order":17}\' --wait',
    "wf show a4cac388d9fe",
    "wf logs ship-order --follow",
    "wf list --deployed --stack prod --json",
  ]).addHelpText("after", EXIT_CODES);
  const commands = [
    listCommand, showCommand, logsCommand, startCommand, waitCommand, rerunCommand, stopCommand, callbackCommand, schedulesCommand, remindersCommand, tasksCommand,
    deadLettersCommand, functionsCommand, clockCommand,
  ];
  for (const command of commands) program.addCommand(command(terminal));
  return program;
}

/** Runs one command line. @returns its exit code; whatever went wrong has been told */
export async function run(commandLine: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    await createProgram(terminal).parseAsync(optionsLast(commandLine), { from: "user" });
    return terminal.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { exitCode, message } = error instanceof CliError ? error : explain(error, remedyFor(commandLine));
    terminal.err(`${terminal.style("red", clean(message))}\n`);
    return exitCode;
  }
}

/** Takes the options of every command before the command's name as well: `wf --json list`. */
function optionsLast(words: readonly string[]): string[] {
  let leading = 0;
  for (let word = words[0] ?? ""; /^--(?:json$|deployed$|stack\b|data\b|program\b)/.test(word); word = words[leading] ?? "") {
    leading += ["--stack", "--data", "--program"].includes(word) ? 2 : 1;
  }
  return [...words.slice(leading), ...words.slice(0, leading)];
}

function remedyFor(commandLine: readonly string[]): Remedy {
  if (commandLine.includes("--deployed")) return { stack: "AWS", unreachable: "Check the network.", refused: "Sign in again, or choose other credentials, such as by AWS_PROFILE." };
  const start = startHint({ stack: valueOf(commandLine, "--stack") ?? "dev", data: valueOf(commandLine, "--data"), program: valueOf(commandLine, "--program") });
  return { stack: "The stack", unreachable: `Start the local one with: ${start}`, refused: `Another local stack may have its port: start it again with: ${start}` };
}

function valueOf(commandLine: readonly string[], option: string): string | undefined {
  const index = commandLine.indexOf(option);
  return index === -1 ? commandLine.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1) : commandLine[index + 1];
}
