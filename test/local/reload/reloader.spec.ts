import assert from "node:assert/strict";
import { join } from "node:path";
import type { Deployment } from "../../../local/deployment/deployment.ts";
import { FolderWatch } from "../../../local/reload/folder-watch.ts";
import { Reloader } from "../../../local/reload/reloader.ts";
import { type ReloadOutcome, ReloadState } from "../../../local/reload/reload-state.ts";
import { UserError } from "../../../local/errors.ts";
import { eventually, ReloadProgram } from "./reload-program.ts";

describe("Reloading", () => {
  let program: ReloadProgram;
  let reloader: Reloader;
  let deploy: () => Promise<string[]>;
  let state: ReloadState;
  let outcomes: ReloadOutcome[];

  beforeEach(() => {
    program = new ReloadProgram();
    state = new ReloadState();
    outcomes = [];
    const resource = { type: "aws:lambda/function:Function", name: "plain", inputs: { code: { archive: { "": join(program.folder, "plain") } } }, outputs: {} };
    const evaluation = { project: "reload", region: "eu-west-1", modules: [], resources: [resource], outputs: {}, unknownOutputs: [], unknownFunctions: [] };
    const deployment: Pick<Deployment, "evaluation" | "deploy"> = { evaluation, deploy: () => deploy() };
    reloader = new Reloader({ request: { projectFolder: program.folder, stack: "dev", endpoint: "" }, dataFolder: program.data, deployment, state, onReload: (outcome) => outcomes.push(outcome) });
    reloader.start();
  });
  afterEach(async () => {
    await reloader.stop();
    program.remove();
  });

  const save = (text: string) => program.write("plain/index.mjs", text);

  it("takes a file that is saved again while its last change is being published", async () => {
    let noticed = false;
    const watch = new FolderWatch([], () => (noticed = true));
    const read: string[] = [];
    deploy = async () => {
      read.push(program.read("plain/index.mjs"));
      if (read.length > 1) return ["plain:3"];
      watch.add(program.folder);
      save("second");
      await eventually("the second save is noticed", () => noticed);
      return ["plain:2"];
    };
    save("first");
    await eventually("the second save is published", () => read.includes("second"));
    watch.close();
    await eventually("both are reported", () => outcomes.length === 2);
    assert.equal(read[0], "first");
  });

  it("tries a change that failed again with the next one, of whatever file", async () => {
    // With a bundle step, the second file alone has no effect.
    program.write(".build/inputs.json", '{ "command": ["none"], "outputs": {} }');
    let isSound = false;
    deploy = async () => {
      if (!isSound) throw new UserError("plain: no such role");
      return ["plain:2"];
    };
    save("changed");
    await eventually("the failure is known", () => state.failure === "plain: no such role");
    isSound = true;
    program.write("unrelated/notes.ts", "");
    await eventually("it is live", () => outcomes.length === 2);
    assert.equal(state.failure, undefined);
    assert.deepEqual(outcomes.map(({ kind }) => kind), ["failed", "reloaded"]);
  });

  it("watches folders that are made later", async () => {
    let count = 0;
    deploy = async () => [`plain:${++count}`];
    program.write("plain/data/more/rates.json", "1");
    await eventually("the new folder is published", () => outcomes.length > 0);
    const known = outcomes.length;
    program.write("plain/data/more/rates.json", "2");
    await eventually("a file in it, too", () => outcomes.length > known);
  });
});
