import { Command } from "commander";
import Mocha from "mocha";
import { globSync } from "node:fs";
import { join } from "node:path";
import { loadDeployed, loadLocal } from "./load-outputs.ts";

const command = new Command("npm run test:stack --")
  .description("Runs every workflow of a running stack and checks what it did. Knows the stack by its outputs and nothing else.")
  .option("--local", "the local stack that npm start runs, instead of a deployed one")
  .option("--stack <name>", "Pulumi stack", "dev")
  .option("--data <folder>", "data folder of the local stack (default: .local/<stack>)")
  .option("--first", "instead of the tests: observe what only an AWS account can settle, and print question, answer, evidence (up to 20 minutes)")
  .addHelpText("after", "\nExamples:\n  npm run test:stack -- --local\n  npm run test:stack -- --stack dev\n  npm run test:stack -- --stack dev --first")
  .parse();

const { local, stack, data, first } = command.opts<{ local?: boolean; stack: string; data?: string; first?: boolean }>();
try {
  const { outputs, environment } = await (local ? loadLocal(stack, data) : loadDeployed(stack));
  Object.assign(process.env, environment, { STACK_OUTPUTS: JSON.stringify(outputs) });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

if (first) {
  // After the environment is set: clients read it when they are created.
  const [{ look }, { answerText }] = await Promise.all([import("./first/look.ts"), import("./first/answer.ts")]);
  const answers = await look((line) => console.error(line));
  console.log(answers.map((answer, index) => answerText(answer, index + 1)).join("\n"));
  process.exit(0);
}

// On Fargate a task takes a minute to start; each wait within a test has its own, shorter deadline.
// The specs mostly wait, so they run side by side.
const mocha = new Mocha({ timeout: 900_000, slow: 60_000, forbidOnly: true, parallel: true, jobs: 6 });
for (const spec of globSync("*.spec.ts", { cwd: import.meta.dirname }).sort()) mocha.addFile(join(import.meta.dirname, spec));
mocha.run((failures) => process.exit(failures > 0 ? 1 : 0));
