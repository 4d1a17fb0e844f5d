/** Runs the local stack in a process of its own, which a test can kill: prints the endpoint's port when it is ready. */
import { resolve } from "node:path";
import { startStack } from "../../local/stack.ts";

// Ends with the test that started it, however that ends.
process.stdin.resume().once("close", () => process.exit());

const [dataFolder = "", projectFolder = resolve(import.meta.dirname, "../.."), watch] = process.argv.slice(2);
const stack = await startStack({
  projectFolder,
  stack: "dev",
  dataFolder,
  port: 0,
  speed: 1,
  onReload: watch === "watch" ? ({ kind }) => void process.stdout.write(`${kind}\n`) : undefined,
  onFatal(error) {
    throw error;
  },
});
process.stdout.write(`${stack.endpoint}\n`);
