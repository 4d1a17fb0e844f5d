import { makeLoad } from "../load/load.ts";
import type { BenchStack } from "../stack/bench-stack.ts";
import type { Engine } from "./engine.ts";

/** This project's engine, over its HTTP door. */
export function localStackEngine(stack: BenchStack): Engine {
  return {
    name: "local stack",
    steps: (load, input) => makeLoad({ target: stack.invoke("stepsAliasArn", input), load }),
    async waits(count, seconds) {
      return (await makeLoad({ target: stack.invoke("waitAliasArn", { seconds }), load: { clients: count, requestsPerClient: 1 } })).seconds;
    },
    memory: () => stack.memory(),
    stop: () => stack.stop(),
  };
}
