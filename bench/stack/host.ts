/** Runs in a process of its own: the local stack, until it is told to stop. */
import { startStack } from "../../local/stack.ts";
import type { ReloadOutcome } from "../../local/reload/reload-state.ts";
import type { HostRequest, StackReady } from "./messages.ts";

process.once("message", (request: HostRequest) => {
  void startStack({
    ...request,
    onReload: request.watch === true ? reported : undefined,
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

function reported(outcome: ReloadOutcome): void {
  if (outcome.kind === "failed") process.stderr.write(`${outcome.message}\n`);
}

// Whoever asked for the stack has gone.
process.once("disconnect", () => process.exit(1));
