import assert from "node:assert/strict";
import type { PolicyStatement } from "../../../local/declarations.ts";
import { declarePermissions } from "../../../local/providers/lambda.ts";

/** The statement that a permission of the program becomes. */
function statementOf(permission: Record<string, string>): PolicyStatement {
  const outputs = { statementId: "s", action: "lambda:InvokeFunction", function: "poll", ...permission };
  const [policy] = declarePermissions([{ type: "aws:lambda/permission:Permission", name: "p", inputs: outputs, outputs }]);
  return policy!.policy.Statement[0]!;
}

describe("Lambda permissions", () => {
  it("name a service, an account, a role or everybody as principal", () => {
    const role = "arn:aws:iam::111122223333:role/r";
    assert.deepEqual(statementOf({ principal: "events.amazonaws.com" }).Principal, { Service: "events.amazonaws.com" });
    for (const principal of ["111122223333", role, "*"]) assert.deepEqual(statementOf({ principal }).Principal, { AWS: principal });
  });

  it("keep every condition that they were given under", () => {
    assert.deepEqual(statementOf({ principal: "events.amazonaws.com" }).Condition, {});
    assert.deepEqual(
      statementOf({ principal: "*", sourceArn: "arn:aws:s3:::b", sourceAccount: "1", principalOrgId: "o-1", functionUrlAuthType: "AWS_IAM", eventSourceToken: "t" }).Condition,
      {
        ArnLike: { "AWS:SourceArn": "arn:aws:s3:::b" },
        StringEquals: { "AWS:SourceAccount": "1", "aws:PrincipalOrgID": "o-1", "lambda:FunctionUrlAuthType": "AWS_IAM", "lambda:EventSourceToken": "t" },
      },
    );
  });
});
