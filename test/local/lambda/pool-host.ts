// Stands in for the stack: hosts a pool with one invocation that never ends, until it is killed.
import { createClock } from "../../../local/clock.ts";
import { EnvironmentPool } from "../../../local/lambda/pool.ts";
import { FakeAccess, FakeLogs, functionVersion, identity } from "./support.ts";

const [codeFolder = ""] = process.argv.slice(2);
const pool = new EnvironmentPool({
  clock: createClock(),
  identity,
  iam: new FakeAccess(),
  logs: new FakeLogs(),
  endpoint: () => "http://127.0.0.1:1",
  compileCacheFolder: `${codeFolder}/cache`,
});
await pool.invoke(functionVersion({ codeFolder, timeoutSeconds: 900 }), "{}", "request");
