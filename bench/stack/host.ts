/** Runs in a process of its own: the local stack, until it is told to stop. */
import { startStack } from "../../local/stack.ts";
import type { HostRequest, StackReady } from "./messages.ts";

process.once("message", (request: HostRequest) => {
  void startStack({
    ...request,
    port: 0,
    onFatal: (error) => {
      throw error;
    },
  }).then((stack) => {
    const { endpoint, region, credentials, outputs } = stack;
    const ready: StackReady = { endpoint, region, credentials, outputs };
    process.send?.(ready);
    process.once("message", () => void stack.stop().then(() => process.exit(0)));
  });
});

// Whoever asked for the stack has gone.
process.once("disconnect", () => process.exit(1));
