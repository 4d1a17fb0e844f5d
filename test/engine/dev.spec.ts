import assert from "node:assert/strict";
import { PROJECT_NAME } from "../infra/mocks.ts";
import { describeLife } from "./life-of-a-stack.ts";
import { changes } from "./state.ts";

await describeLife("dev", (life, urn) => {
  it("replaces a function with its alias by taking the old ones away first, whose names the new ones need", async () => {
    const { project, aws } = life();
    const before = aws.happened.length;
    await project.succeed("up", "--skip-preview", "--yes", "--replace", await urn("aws:lambda/function:Function", "math"));
    assert.deepEqual(aws.happened.slice(before), [
      "delete aws:lambda/alias:Alias math-live",
      "delete aws:lambda/function:Function math",
      "create aws:lambda/function:Function math",
      "create aws:lambda/alias:Alias math-live",
    ]);
  });

  it("runs with a canary, even when a function has lost its alias", async () => {
    const { project, aws } = life();
    await project.succeed("config", "set", "canaryPercent", "10");
    aws.loseAlias(`${PROJECT_NAME}-dev-math`);
    assert.deepEqual(await changes(project), { steps: [], problems: [] });
    await project.succeed("config", "rm", "canaryPercent");
  });

  it("refuses a setting of the wrong type by itself", async () => {
    const { project } = life();
    await project.succeed("config", "set", "availabilityZones", "two");
    const { exitCode, output } = await project.pulumi("preview");
    assert.notEqual(exitCode, 0);
    assert.match(output, /'availabilityZones' must be of type 'integer'/);
    assert.doesNotMatch(output, /settings? (is|are) wrong/);
  });

  it("lets the program refuse settings with one message that names each of them", async () => {
    const { project } = life();
    await project.succeed("config", "set", "availabilityZones", "7");
    await project.succeed("config", "set", "jobCapacityProvider", "EC2");
    const { exitCode, output } = await project.pulumi("preview");
    assert.notEqual(exitCode, 0);
    assert.match(output, /2 settings are wrong in Pulumi\.dev\.yaml[^]* availabilityZones: is 7;[^]* jobCapacityProvider: is "EC2"/);
    assert.doesNotMatch(output, /settings\.ts:\d/, "no stack trace");
    await project.succeed("config", "rm", "jobCapacityProvider");
    await project.succeed("config", "set", "availabilityZones", "2");
  });

  it("stops an update before it builds an image whose programs the builder can't run, and previews it", async () => {
    const { project, aws } = life();
    const foreign = process.arch === "arm64" ? "amd64" : "arm64";
    await project.replace("container/totals/job.ts", 'reports: "exit",', `reports: "exit", architecture: "${foreign}",`);
    await project.setBuilder([`linux/${foreign === "arm64" ? "amd64" : "arm64"}`]);
    const before = aws.happened.length;
    await project.succeed("preview");
    const { exitCode, output } = await project.pulumi("up", "--skip-preview", "--yes");
    assert.notEqual(exitCode, 0);
    assert.match(output, new RegExp(`The Dockerfile of totals \\(${foreign}\\) has a RUN, and the builder cannot run programs of that architecture [^]* Install an emulator \\(docker run`));
    assert.doesNotMatch(output, /image-builder\.ts:\d/, "no stack trace");
    assert.deepEqual(aws.happened.slice(before), []);
  });

  it("stops a preview that breaks policies, with each of them by name", async () => {
    const { project } = life();
    await project.changeProgram(`
      import * as aws from "@pulumi/aws";
      new aws.sqs.Queue("bare", {}, { provider });
      new aws.Provider("untagged", { region: "eu-west-1" });
      new aws.iam.RolePolicy("wide", { role: "r", policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] } }, { provider });
    `);
    const { exitCode, output } = await project.pulumi("preview", "--policy-pack", "policy");
    assert.notEqual(exitCode, 0);
    assert.match(output, /Policies:/);
    const broken = [...output.matchAll(/\[mandatory\] +(\S+) +\(\S+: (\S+)\)/g)].map(([, rule, name]) => `${name ?? ""}: ${rule ?? ""}`);
    assert.deepEqual([...new Set(broken)].sort(), ["bare: encrypted-at-rest", "untagged: tagged", "wide: iam-named-actions", "wide: iam-named-resources"]);
  });

  it("takes everything down again", async () => {
    const { project, aws } = life();
    await project.succeed("destroy", "--skip-preview", "--yes");
    assert.ok(aws.happened.includes("delete aws:dynamodb/table:Table jobs"));
  });
});
