// Stands in for the stack: hosts a pool with one invocation that never ends, until it is killed.
import { createClock } from "../../../local/clock.ts";
import { EnvironmentPool } from "../../../local/lambda/pool.ts";
import { FakeAccess, FakeLogs, functionVersion, identity, unusedStateDoor } from "./support.ts";

const [codeFolder = "", channel] = process.argv.slice(2);
const iam = new FakeAccess();
const pool = new EnvironmentPool({
  clock: createClock(),
  identity,
  iam,
  logs: new FakeLogs(),
  endpoint: () => "http://127.0.0.1:1",
  compileCacheFolder: `${codeFolder}/cache`,
  stateDoor: channel === "fast channel" ? unusedStateDoor(iam) : undefined,
});
await pool.invoke(functionVersion({ codeFolder, timeoutSeconds: 900 }), "{}", "request");
