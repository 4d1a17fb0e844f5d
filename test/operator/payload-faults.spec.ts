import assert from "node:assert/strict";
import { JOB_NAMES } from "../../functions/shared/declared-jobs.ts";
import { parseSettings } from "../../infra/settings.ts";
import { workflowCatalog } from "../../infra/workflow-catalog.ts";
import { FUNCTION_NAMES, type FunctionName, WORKFLOWS } from "../../infra/workflows.ts";
import { fillExample } from "../../operator/example.ts";
import { payloadFaults } from "../../operator/payload-faults.ts";
import { describedWorkflows } from "../../operator/workflows.ts";
import { PROJECT_NAME, stackConfig } from "../infra/mocks.ts";

const described = describedWorkflows({ workflows: workflowCatalog(parseSettings(await stackConfig("dev"), PROJECT_NAME, "dev")) });
const faults = (name: FunctionName, payload: unknown) => payloadFaults(JSON.stringify(payload), described[name]?.input);

describe("A payload is checked by the JSON Schema of the stack's output:", () => {
  it("every workflow is described, and takes its own examples", () => {
    assert.deepEqual(Object.keys(described), FUNCTION_NAMES);
    for (const name of FUNCTION_NAMES) {
      assert.ok((described[name]?.examples.length ?? 0) > 0, `${name} has an example for the console's form`);
      for (const { title, input } of WORKFLOWS[name].examples) assert.deepEqual(faults(name, fillExample(input, Date.now())), [], `${name}: ${title}`);
    }
  });

  it("every wrong field is named by its path", () => {
    assert.deepEqual(faults("math", { num1: "one", num3: 1 }), ["num1: Invalid input: expected number, received string", "num3: unknown field"]);
    assert.match(faults("poll-job", { message: "hello", processingTime: 100_000 }).join(), /^processingTime: Too big: expected number to be <=86400$/);
    assert.match(faults("poll-job", { message: "hello", processingTime: 1, fail: { exitCode: 0 } }).join(), /^fail\.exitCode: Too small/);
    assert.match(faults("math", 5).join(), /^\(input\): Invalid input: expected object, received number$/);
  });

  it("a pattern is explained in the words of the field's description", () => {
    assert.deepEqual(faults("create-reminder", { key: "a b", at: "tomorrow", payload: null }), [
      "key: must be 1 to 64 letters, digits, or any of _ . -",
      "at: must be a local time such as 2030-01-31T09:00:00",
    ]);
  });

  it("of several alternatives the closest is meant", () => {
    assert.match(faults("dispatch-job", { retryOf: 5 }).join(), /^retryOf: /);
    assert.match(faults("dispatch-job", { message: "hello" }).join(), /^processingTime: /);
    assert.match(faults("task-watchdog", { "detail-type": "Durable Execution Status Change", detail: { durableExecutionArn: "arn" } }).join(), /^detail\.status: /);
  });

  it("a constant that no alternative has is told with those that they have", () => {
    assert.equal(faults("poll-job", { job: "nobody", input: {} }).find((fault) => fault.startsWith("job")), `job: must be one of ${JOB_NAMES.join(", ")}`);
  });

  it("what is not JSON says so, and a workflow that nobody describes takes any JSON", () => {
    assert.match(payloadFaults("{", described["math"]?.input).join(), /^Not JSON: /);
    assert.deepEqual(payloadFaults("[1]", undefined), []);
    assert.deepEqual(describedWorkflows({}), {});
  });
});
