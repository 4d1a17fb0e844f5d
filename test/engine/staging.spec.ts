import assert from "node:assert/strict";
import { describeLife } from "./life-of-a-stack.ts";
import { resources } from "./state.ts";

await describeLife("staging", (life) => {
  it("bounds every role once it has a boundary", async () => {
    const { project } = life();
    const boundary = "arn:aws:iam::111122223333:policy/boundary";
    await project.succeed("config", "set", "permissionsBoundary", boundary);
    await project.succeed("up", "--skip-preview", "--yes");
    const roles = (await resources(project)).filter(({ type }) => type === "aws:iam/role:Role");
    assert.ok(roles.length > 10);
    for (const { urn, inputs } of roles) assert.equal(inputs.permissionsBoundary, boundary, urn);
  });

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
