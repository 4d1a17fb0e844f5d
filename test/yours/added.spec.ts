import assert from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { DemoCase } from "../../operator/demo-case.ts";
import { evaluateProgram } from "../../local/program/evaluate.ts";
import type { Evaluation } from "../../local/program/resource.ts";
import { ProjectCopy } from "./copy.ts";
import { readPage, type Snippet } from "./page.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const MOST_LINES = 20;

describe("The page Make it yours", () => {
  let page: Snippet[];
  let copy: ProjectCopy;
  let evaluation: Evaluation;
  before(async () => {
    page = await readPage(PROJECT);
    copy = await ProjectCopy.create(PROJECT);
    for (const snippet of page) await copy.type(snippet);
    evaluation = await evaluateProgram({ projectFolder: copy.folder, stack: "dev", endpoint: "http://127.0.0.1:4570" });
  });
  after(() => copy.remove());

  const inputsOf = (type: string, name: RegExp) => evaluation.resources.filter((resource) => resource.type === type && name.test(resource.name)).map(({ inputs }) => inputs);

  it(`asks for at most ${MOST_LINES} lines for each step`, () => {
    const lines = Map.groupBy(page, ({ section }) => section);
    assert.deepEqual([...lines.keys()].filter((section) => section !== "Beyond the first steps"), ["Add a workflow", "Add a job", "Rename the project", "Write and run a test", "Deploy"]);
    for (const [section, snippets] of lines) {
      const typed = snippets.filter(({ file }) => file !== undefined).flatMap((snippet) => snippet.lines);
      assert.ok(typed.length <= MOST_LINES, `${section}: ${typed.length} lines`);
    }
  });

  it("adds a workflow: a function with its log, its outputs, and a role that may do no more than it needs", () => {
    const { outputs } = evaluation;
    for (const suffix of ["AliasArn", "FunctionName", "Version", "LogGroupName", "DeadLetterQueueUrl"]) assert.ok(outputs[`approval${suffix}`], suffix);
    assert.equal(outputs["approvalFunctionName"], "order-flows-dev-approval");
    const statements = inputsOf("aws:iam/rolePolicy:RolePolicy", /^approval-/).flatMap(({ policy }) => (policy as { Statement: { Action: string | string[] }[] }).Statement);
    const services = new Set(statements.flatMap(({ Action }) => Action).map((action) => action.split(":")[0]));
    assert.deepEqual([...services].sort(), ["lambda", "logs", "sqs", "xray"]);
  });

  it("adds a job: an image, a task definition, outputs, and no role for a task that needs none of AWS", () => {
    assert.match(String(evaluation.outputs["wordcountTaskDefinitionArn"]), /task-definition\/order-flows-dev-wordcount:/);
    assert.ok(evaluation.outputs["wordcountLogGroupName"]);
    assert.equal(inputsOf("awsx:ecr:Image", /^wordcount-/).length, 1);
    assert.deepEqual(inputsOf("aws:iam/rolePolicy:RolePolicy", /^wordcount-task/), []);
  });

  it("has both examples in the demo run", async () => {
    const { default: cases } = (await import(pathToFileURL(`${copy.folder}/demo/index.ts`).href)) as { default: readonly DemoCase[] };
    const titles = cases.map(({ title }) => title);
    assert.ok(titles.includes("approval: nobody decides"), titles.join("\n"));
    assert.ok(titles.includes("poll-job: wordcount, five words"), titles.join("\n"));
  });

  it("touches the two lists and the project's name beside the new folders", async () => {
    assert.deepEqual(await copy.changes(), [
      "+ container/wordcount/Dockerfile",
      "+ container/wordcount/job.ts",
      "+ container/wordcount/wordcount.py",
      "+ functions/approval/approval.spec.ts",
      "+ functions/approval/handler.ts",
      "+ functions/approval/workflow.ts",
      "M Pulumi.yaml",
      "M container/index.ts",
      "M functions/index.ts",
    ]);
  });
});
