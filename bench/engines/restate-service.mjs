// Runs in a process of its own: the functions of the bench as a Restate service. Plain JavaScript, because its SDK is there only once the bench has installed it.
import * as restate from "@restatedev/restate-sdk";
import { setTimeout as sleep } from "node:timers/promises";

const [port] = process.argv.slice(2);
await restate.serve({
  port: Number(port),
  services: [
    restate.service({
      name: "bench",
      handlers: {
        async steps(context, { steps, stepMilliseconds }) {
          let last = 0;
          for (let index = 1; index <= steps; index++) {
            ({ index: last } = await context.run(`step-${index}`, async () => {
              if (stepMilliseconds > 0) await sleep(stepMilliseconds);
              return { index };
            }));
          }
          return { steps: last };
        },
        async wait(context, { seconds }) {
          await context.sleep({ seconds });
          return { waited: seconds };
        },
      },
    }),
  ],
});
process.send?.("listening");
process.on("disconnect", () => process.exit(0));
