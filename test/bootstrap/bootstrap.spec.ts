import assert from "node:assert/strict";
import { PROJECT_NAME } from "../infra/mocks.ts";
import { type Evaluated, evaluateBootstrap, REPOSITORY } from "./evaluate.ts";
import { policiesOf } from "./policies.ts";

const ENVIRONMENTS = ["dev", "staging", "prod"];
const ISSUER = "token.actions.githubusercontent.com";

describe("The bootstrap program", () => {
  let program: Evaluated;
  before(async () => {
    program = await evaluateBootstrap();
  });

  const only = (type: string) => {
    const found = program.resources.filter((resource) => resource.type === type);
    assert.equal(found.length, 1, type);
    return found[0]!.inputs;
  };
  const roles = () => program.resources.filter(({ type }) => type === "aws:iam/role:Role");

  it("trusts workflows of one repository, each role for one origin, matched as a whole", () => {
    const claims = Object.fromEntries(
      roles().map(({ name, inputs }) => {
        const { Statement } = inputs.assumeRolePolicy as { Statement: { Principal: unknown; Action: string; Condition: Record<string, unknown> }[] };
        assert.equal(Statement.length, 1);
        const { Principal, Action, Condition } = Statement[0]!;
        assert.equal(Action, "sts:AssumeRoleWithWebIdentity");
        assert.deepEqual(Principal, { Federated: `arn:aws:iam::123456789012:oidc-provider/${ISSUER}` });
        assert.deepEqual(Object.keys(Condition), ["StringEquals"]);
        return [name, Condition.StringEquals];
      }),
    );
    const subject = (rest: string) => ({ [`${ISSUER}:aud`]: "sts.amazonaws.com", [`${ISSUER}:sub`]: `repo:${REPOSITORY}:${rest}` });
    const onMain = { [`${ISSUER}:ref`]: "refs/heads/main" };
    const expected = ENVIRONMENTS.flatMap((environment) => [
      [`preview-${environment}`, subject(`environment:preview-${environment}`)],
      [`drift-${environment}`, subject("ref:refs/heads/main")],
      [`deploy-${environment}`, { ...subject(`environment:${environment}`), ...onMain }],
    ]);
    assert.deepEqual(claims, Object.fromEntries(expected));
  });

  it("keeps roles, policies and boundaries on a path that no deployment can reach", () => {
    const kept = program.resources.filter(({ type }) => type === "aws:iam/role:Role" || type === "aws:iam/policy:Policy");
    assert.ok(kept.length > roles().length);
    assert.deepEqual(new Set(kept.map(({ inputs }) => inputs.path)), new Set(["/ci/"]));
  });

  it("stays within what AWS takes: ten policies for a role, 6,144 characters for each", () => {
    for (const { name } of roles()) {
      const policies = policiesOf(program, name);
      assert.ok(policies.length >= 2 && policies.length <= 10, name);
      for (const { name: policy, document } of policies) {
        const { length } = JSON.stringify(document);
        assert.ok(length <= 6144, `${policy} has ${length} characters`);
      }
    }
  });

  it("lets a deployment hold its credentials longer than the workflow may take, and the others an hour", () => {
    const seconds = Object.fromEntries(roles().map(({ name, inputs }) => [name, inputs.maxSessionDuration]));
    assert.deepEqual(seconds, Object.fromEntries(ENVIRONMENTS.flatMap((environment) => [[`preview-${environment}`, 3600], [`drift-${environment}`, 3600], [`deploy-${environment}`, 14_400]])));
  });

  it("keeps state encrypted, versioned, private and refused over plain HTTP", () => {
    assert.deepEqual(only("aws:s3/bucketVersioning:BucketVersioning").versioningConfiguration, { status: "Enabled" });
    const [encryption] = only("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration").rules as { applyServerSideEncryptionByDefault: unknown }[];
    assert.deepEqual(encryption?.applyServerSideEncryptionByDefault, { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:aws:kms:eu-west-1:123456789012:key/state" });
    const keys = program.resources.filter(({ type }) => type === "aws:kms/key:Key");
    assert.deepEqual(keys.map(({ name, inputs }) => [name, inputs.enableKeyRotation]).sort(), [...ENVIRONMENTS.map((environment) => `secrets-${environment}`), "state"].sort().map((name) => [name, true]));
    assert.deepEqual(only("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"), { bucket: "state-id", blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true });
    const { Statement } = only("aws:s3/bucketPolicy:BucketPolicy").policy as { Statement: { Effect: string; Condition: unknown }[] };
    assert.deepEqual(Statement.map(({ Effect, Condition }) => ({ Effect, Condition })), [{ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }]);
  });

  it("says which variables the workflows need, for every environment, with the Regions of the stack files", () => {
    const variables = program.outputs.githubVariables as Record<string, string>;
    const names = ["AWS_REGION", "PULUMI_BACKEND_URL", "PREVIEW_ROLE_ARN", "DRIFT_ROLE_ARN", "DEPLOY_ROLE_ARN"];
    assert.deepEqual(new Set(Object.keys(variables)), new Set(ENVIRONMENTS.flatMap((stack) => names.map((name) => `${name}_${stack}`))));
    assert.equal(variables.AWS_REGION_prod, "eu-west-1");
    assert.match(variables.DEPLOY_ROLE_ARN_prod!, /^arn:aws:iam::123456789012:role\/ci\/deploy-prod/);
    assert.match(variables.PREVIEW_ROLE_ARN_prod!, /^arn:aws:iam::123456789012:role\/ci\/preview-prod/);
    assert.equal(variables.PULUMI_BACKEND_URL_dev, "s3://state-id?region=eu-west-1");
  });

  it("gives each environment a key of its own for the secrets in its state", () => {
    assert.deepEqual(program.outputs.secretsProviders, Object.fromEntries(ENVIRONMENTS.map((environment) => [environment, `awskms:///arn:aws:kms:eu-west-1:123456789012:key/secrets-${environment}?region=eu-west-1`])));
  });

  it("names every setting that is wrong", async () => {
    await assert.rejects(evaluateBootstrap({ repository: "just-a-name", environments: "[]" }), (error: Error) => /^repository: .*\nenvironments: /.test(error.message));
  });

  const refused = (environments: readonly string[], message: RegExp) => assert.rejects(evaluateBootstrap({ repository: REPOSITORY, environments: JSON.stringify(environments) }), message);

  it("refuses environments that would share permissions, because the name of one begins with the name of the other", async () => {
    await refused(["dev-2", "prod", "dev"], new RegExp(`^Error: environments: the roles of dev would have permissions on dev-2, whose names begin with ${PROJECT_NAME}-dev- too`));
    await refused(["dev", "dev"], /^Error: environments: dev is named twice/);
  });

  it("refuses an environment whose name leaves too few characters for the program's names, and says how many fit", async () => {
    await refused(["dev", "a-name-longer-than-any-project-leaves"], new RegExp(`^Error: environments\\.1: .*use a stack name of at most ${29 - PROJECT_NAME.length} characters`));
  });

  it("takes the immutable names of repositories as well", async () => {
    const { resources } = await evaluateBootstrap({ repository: "octo-org@1/octo-repo@2", environments: '["prod"]' });
    assert.ok(JSON.stringify(resources).includes("repo:octo-org@1/octo-repo@2:environment:prod"));
  });
});
