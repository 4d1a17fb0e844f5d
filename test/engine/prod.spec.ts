import assert from "node:assert/strict";
import * as jobs from "../../container/index.ts";
import { describeLife } from "./life-of-a-stack.ts";
import { changes } from "./state.ts";

await describeLife("prod", (life, urn) => {
  const deletions = () => life().aws.happened.filter((happening) => happening.startsWith("delete "));

  it("refuses to replace a function, which would stop its executions", async () => {
    const { exitCode, output } = await life().project.pulumi("up", "--skip-preview", "--yes", "--replace", await urn("aws:lambda/function:Function", "math"));
    assert.notEqual(exitCode, 0);
    assert.match(output, /math.*protect/s);
    assert.deepEqual(deletions(), []);
  });

  // The refusal comes from the preview: skipped, the engine would delete what is not protected before it comes to what is.
  it("refuses to destroy what is protected, and deletes nothing", async () => {
    const { exitCode, output } = await life().project.pulumi("destroy", "--yes");
    assert.notEqual(exitCode, 0);
    // Whichever of the protected resources it comes to first.
    assert.match(output, /"urn:\S+" cannot be deleted\s+because it is protected/);
    assert.deepEqual(deletions(), []);
  });

  it("takes up again the log groups that have outlived the stack", async () => {
    const { project, aws } = life();
    await project.succeed("state", "unprotect", "--all", "--yes");
    // All but the repository goes: that has images.
    const { output } = await project.pulumi("destroy", "--skip-preview", "--yes", "--continue-on-error");
    assert.match(output, /RepositoryNotEmptyException/);
    const before = aws.happened.length;
    await project.succeed("up", "--skip-preview", "--yes");
    const happened = aws.happened.slice(before);
    assert.ok(happened.includes("create aws:lambda/function:Function math"));
    const groups = happened.filter((happening) => happening.includes("aws:cloudwatch/logGroup:LogGroup"));
    // Those of the network and of the jobs have names of their own each time. No function's is among them.
    const renewed = ["network-flow-logs", ...Object.keys(jobs).map((name) => (name === "sample" ? "job-logs" : `${name}-logs`))];
    assert.deepEqual(groups.sort(), renewed.map((name) => `create aws:cloudwatch/logGroup:LogGroup ${name}`).sort());
    assert.deepEqual((await changes(project)).steps, []);
  });

  it("takes everything down once it is told that nothing needs protection any more", async () => {
    const { project } = life();
    await project.succeed("config", "set", "protect", "false");
    await project.succeed("up", "--skip-preview", "--yes");
    await project.succeed("destroy", "--skip-preview", "--yes");
    assert.ok(deletions().includes("delete aws:dynamodb/table:Table jobs"));
    assert.ok(deletions().includes("delete aws:ecr/repository:Repository job-images"));
  });
});
