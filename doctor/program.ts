import { Command, CommanderError, InvalidArgumentError } from "commander";
import { EXIT, type ExitCode } from "../cli/exit-codes.ts";
import type { Terminal } from "../cli/terminal.ts";
import { examine } from "./examine.ts";
import { reportText } from "./report.ts";

const HELP = `
Examples:
  npm run doctor -- --stack dev
  npm run --silent doctor -- --stack prod --json

Findings: ok; warning (deployable, with a limit to know); problem (a deployment would fail); unknown (could not be read).
Exit codes: 0 no problem found; 1 at least one problem; 2 usage.
docs/first-deployment.md describes every check.
`;

/** As Pulumi allows (its docs, "Stacks"): the name is part of a file's name. */
function stackName(text: string): string {
  if (!/^[\w.-]{1,100}$/.test(text)) throw new InvalidArgumentError("It must be 1 to 100 letters, digits, -, _ or periods.");
  return text;
}

/** Runs the doctor once. @returns the exit code; everything else is printed */
export async function runDoctor(commandLine: readonly string[], terminal: Terminal, projectFolder: string, environment: NodeJS.ProcessEnv): Promise<ExitCode> {
  const command = new Command("npm run doctor --")
    .description("Checks whether a stack can be deployed from this machine into this AWS account. Reads only: it changes nothing, here or in AWS.")
    .option("--stack <name>", "Pulumi stack", stackName, "dev")
    .option("--json", "print { stack, region, account, findings: [{ check, level, found, remedy }] }")
    .helpOption("-h, --help", "show this help")
    .showHelpAfterError("(--help shows how it is used.)")
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .addHelpText("after", HELP);
  try {
    command.parse([...commandLine], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
  const { stack, json } = command.opts<{ stack: string; json?: boolean }>();
  const examined = await examine({ projectFolder, stack, environment, onCheck: (name) => terminal.progress(`Checking ${name}`) });
  terminal.progress("");
  terminal.out(json === true ? `${JSON.stringify(examined, null, 2)}\n` : reportText(terminal, examined));
  return examined.findings.some(({ level }) => level === "problem") ? EXIT.failed : EXIT.ok;
}
