import * as assert from "node:assert/strict";
import { activityLine, outputsHint, demoTable } from "../../../local/cli/print.ts";

describe("What the command line prints", () => {
  const functionArn = "arn:aws:lambda:eu-west-1:000000000000:function:durable-workflows-dev-math:1";
  const event = {
    source: "aws.lambda",
    detailType: "Durable Execution Status Change",
    resources: [],
    detail: { status: "SUCCEEDED", functionArn, durableExecutionArn: `${functionArn}/durable-execution/order-7/0198` },
  };

  it("gives an execution's ARN where there is room for it", () => {
    assert.match(activityLine(event) ?? "", /SUCCEEDED {2}durable-workflows-dev-math {2}arn:aws:lambda:.*order-7\/0198$/);
  });

  it("gives its name where there is not, and never reaches the last column", () => {
    assert.match(activityLine(event, 80) ?? "", /^\d\d:\d\d:\d\d {2}SUCCEEDED {2}durable-workflows-dev-math {2}order-7$/);
    assert.equal(activityLine(event, 30)?.length, 29);
  });

  it("says nothing of other events", () => {
    assert.equal(activityLine({ ...event, detailType: "ECS Task State Change" }), undefined);
  });

  it("leads to the command line, by the options that find this very stack", () => {
    const consoleUrl = "http://127.0.0.1:4570/?token=secret";
    assert.match(outputsHint("/data", { consoleUrl }, ""), /stays up\. Open the console at http:\/\/127\.0\.0\.1:4570\/\?token=secret, .* npx wf list \(npx wf --help .*\n.*"\$\(npm run --silent env\)"/);
    assert.match(outputsHint("/data", { consoleUrl }, " --stack staging"), /npx wf list --stack staging \(.*\n.*npm run --silent env -- --stack staging\)/);
  });

  it("bounds the lines of the demo run's table", () => {
    const result = { title: "math", passed: true, summary: "x".repeat(3000), seconds: 1, status: "SUCCEEDED" };
    assert.ok(demoTable([result]).split("\n").every((line) => line.length <= 300));
  });
});
