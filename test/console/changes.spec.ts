import * as assert from "node:assert/strict";
import type { Change } from "../../operator/page/api.ts";
import { Changes } from "../../local/console/changes.ts";
import { ExecutionBrowser } from "../../local/durable/browse.ts";
import type { LogListener } from "../../local/logs/log-store.ts";
import { identity, World } from "../local/durable/world.ts";

describe("The console's stream of changes", () => {
  let world: World;
  let changes: Changes;
  let clock: { speed: number };
  let tasks: string;
  let reload: { count: number };
  const followers = new Set<LogListener>();

  beforeEach(() => {
    world = new World();
    clock = { speed: 1 };
    reload = { count: 0 };
    tasks = "none";
    changes = new Changes({
      store: world.store,
      clock,
      reload,
      logs: {
        follow(listener) {
          followers.add(listener);
          return () => followers.delete(listener);
        },
      },
      engine: world.engine,
      executions: new ExecutionBrowser({ store: world.store, identity }),
      tasks: { fingerprint: () => tasks },
      messages: { fingerprint: () => "" },
      schedules: () => "",
    });
  });

  afterEach(() => {
    changes.stop();
    world.close();
  });

  function next(): Promise<Change> {
    return new Promise((resolve) => {
      const end = changes.listen((change) => {
        end();
        resolve(change);
      });
    });
  }

  it("tells of a reload, which writes nothing when it fails", async () => {
    const told = await new Promise<Change>((resolve) => {
      const end = changes.listen((change) => {
        end();
        resolve(change);
      });
      reload.count++;
    });
    assert.deepEqual(told, { kinds: ["reload"], executionIds: [] });
  });

  it("tells of the very first execution of a stack, by its id", async () => {
    world.raw("pay", () => Promise.resolve({ kind: "response", payload: '{"Status":"SUCCEEDED"}' }));
    const change = next();
    const arn = await world.begin("pay");
    assert.deepEqual(await change, { kinds: ["executions"], executionIds: [arn.slice(arn.lastIndexOf("/") + 1)] });
    await world.idle();
  });

  it("tells of another speed, though nothing is written then", async () => {
    const change = next();
    clock.speed = 10;
    assert.deepEqual((await change).kinds, ["clock"]);
  });

  it("tells of lines that are logged", async () => {
    const change = next();
    for (const follower of followers) follower("group", "stream", []);
    assert.deepEqual((await change).kinds, ["logs"]);
  });

  it("looks at nothing while nobody listens", async () => {
    const change = next();
    clock.speed = 2;
    await change;
    assert.equal(followers.size, 0);
  });
});
