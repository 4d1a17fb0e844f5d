/** Runs a local stack in a process of its own, to be killed: its endpoint's address is the first line that it prints. */
import { startStack } from "../local/stack.ts";

// Ends with the run that started it, however that ends.
process.stdin.resume().once("close", () => process.exit());

const [projectFolder = "", dataFolder = "", port = "", speed = ""] = process.argv.slice(2);
const stack = await startStack({
  projectFolder,
  stack: "dev",
  dataFolder,
  port: Number(port),
  speed: Number(speed),
  onFatal(error) {
    throw error;
  },
});
process.stdout.write(`${stack.endpoint}\n`);
