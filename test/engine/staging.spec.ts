import assert from "node:assert/strict";
import { describeLife } from "./life-of-a-stack.ts";

await describeLife("staging", (life) => {
  it("takes everything down again, with nothing in the way", async () => {
    const { project, aws } = life();
    await project.succeed("destroy", "--skip-preview", "--yes");
    const created = aws.happened.filter((happening) => happening.startsWith("create "));
    const deleted = new Set(aws.happened.filter((happening) => happening.startsWith("delete ")));
    const left = created.map((happening) => happening.replace("create ", "delete ")).filter((happening) => !deleted.has(happening as never));
    // They go with their functions, by themselves.
    assert.deepEqual(left.filter((happening) => !/^delete aws:lambda\/(alias:Alias|permission:Permission) /.test(happening)), []);
  });
});
