import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Summary } from "../statistics.ts";
import type { LoadRequest } from "./target.ts";

const CLIENT = fileURLToPath(new URL("client.ts", import.meta.url));

/** Makes load from a process of its own. @throws Error when a request fails: nothing is counted that was not answered */
export function makeLoad(request: LoadRequest): Promise<Summary> {
  const child = fork(CLIENT, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    child.once("message", (summary) => resolve(summary as Summary));
    child.once("error", reject);
    child.once("exit", () => reject(new Error("The load client failed.")));
    child.send(request);
  });
}
