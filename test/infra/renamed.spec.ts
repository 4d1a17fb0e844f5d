import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RegisteredResource } from "../../local/program/resource.ts";
import { PROJECT_FOLDER, PROJECT_NAME, type Stack, STACKS } from "./mocks.ts";
import { copyProject, evaluateCopy } from "./project-copy.ts";

const NEW_NAME = "renamed-by-test";
/** Whether a text has the old name. One word may be there for another reason. */
const saysOldName = (text: string) => PROJECT_NAME.includes("-") && text.includes(PROJECT_NAME);

describe("A project that is renamed in Pulumi.yaml alone", function () {
  // Each test evaluates programs in processes of their own.
  this.timeout(180_000);
  let folder: string;
  before(async () => {
    folder = await copyProject();
    const file = join(folder, "Pulumi.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace(/^name: .*$/m, `name: ${NEW_NAME}`));
  });
  after(() => rm(folder, { recursive: true }));

  /** The resources under the old name, without what is derived from the name or the folder in other ways. */
  const comparable = (resources: readonly RegisteredResource[]) =>
    resources.map(({ type, name, inputs }) => `${type} ${name} ${JSON.stringify(inputs).replaceAll(NEW_NAME, PROJECT_NAME).replaceAll(folder, PROJECT_FOLDER).replace(/-[0-9a-f]{7}\b/g, "")}`).sort();

  for (const stack of STACKS) {
    it(`applies the settings of ${stack}, and says the old name nowhere`, async () => {
      const { project, resources } = await evaluateCopy(folder, stack);
      assert.equal(project, NEW_NAME);
      assert.deepEqual(summary(resources), EXPECTED[stack]);
      assert.ok(!saysOldName(JSON.stringify(resources)));
      if (stack === "prod") assert.deepEqual(comparable(resources), comparable((await evaluateCopy(PROJECT_FOLDER, stack)).resources));
    });
  }

  it("gets CI's roles for its new names", async () => {
    await writeFile(join(folder, "bootstrap/Pulumi.account.yaml"), "config:\n  aws:region: eu-west-1\n  repository: octo-org/octo-repo\n");
    const text = JSON.stringify((await evaluateCopy(join(folder, "bootstrap"), "account")).resources);
    assert.ok(text.includes(`arn:aws:lambda:eu-west-1:000000000000:function:${NEW_NAME}-prod-*`), text.slice(0, 2000));
    assert.ok(text.includes(`"aws:RequestTag/project":"${NEW_NAME}"`));
    assert.ok(!saysOldName(text));
  });
});

/** What a stack without its settings would have otherwise. */
function summary(resources: readonly RegisteredResource[]) {
  const inputs = (type: string) => resources.filter((resource) => resource.type === type).map((resource) => resource.inputs);
  return {
    endpoints: inputs("aws:ec2/vpcEndpoint:VpcEndpoint").length > 0,
    zones: inputs("awsx:ec2:Vpc").map(({ numberOfAvailabilityZones }) => numberOfAvailabilityZones),
    protectedTables: inputs("aws:dynamodb/table:Table").every(({ deletionProtectionEnabled }) => deletionProtectionEnabled === true),
  };
}

const EXPECTED: Readonly<Record<Stack, ReturnType<typeof summary>>> = {
  dev: { endpoints: false, zones: [2], protectedTables: false },
  staging: { endpoints: true, zones: [2], protectedTables: false },
  prod: { endpoints: true, zones: [3], protectedTables: true },
};
