import assert from "node:assert/strict";
import { effectOf } from "../../../local/reload/effect.ts";

const known = { modules: new Set(["/p/index.ts", "/p/functions/a/workflow.ts"]), code: new Set(["/p/python", "/p/.build/a/index.mjs"]) };
const withStep = { ...known, bundled: new Set(["/p/functions/a/handler.ts", "/p/functions/a/workflow.ts", "/p/container/job"]) };

describe("A changed file", () => {
  const effects: [string, string[], ReturnType<typeof effectOf>][] = [
    ["that is only bundled is bundled and published", ["/p/functions/a/handler.ts"], { kind: "publish", toBundle: ["/p/functions/a/handler.ts"] }],
    ["in a bundled folder, too", ["/p/container/job/data/x.csv"], { kind: "publish", toBundle: ["/p/container/job/data/x.csv"] }],
    ["that is bundled and loaded by the evaluation is evaluated", ["/p/functions/a/workflow.ts"], { kind: "evaluate" }],
    ["of code that is deployed as it is, is published", ["/p/python/app.py"], { kind: "publish", toBundle: [] }],
    ["beside one that is evaluated is evaluated with it", ["/p/functions/a/handler.ts", "/p/index.ts"], { kind: "evaluate" }],
    ["with settings is evaluated", ["/p/Pulumi.dev.yaml"], { kind: "evaluate" }],
    ["that the evaluation may have read is evaluated", ["/p/infra/template.json"], { kind: "evaluate" }],
    ["that is a module of nothing that runs has no effect", ["/p/test/a.spec.ts"], { kind: "none" }],
  ];
  for (const [what, changed, effect] of effects) {
    it(what, () => assert.deepEqual(effectOf(changed, withStep), effect));
  }

  it("of a program without a bundle step may be bundled by the evaluation", () => {
    assert.deepEqual(effectOf(["/p/functions/a/handler.ts"], known), { kind: "evaluate" });
    assert.deepEqual(effectOf(["/p/python/app.py"], known), { kind: "publish", toBundle: [] });
  });
});
