import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { join } from "node:path";
import { CI_PATH, CiRole } from "./ci-role.ts";
import { AUDIENCE, GITHUB_ISSUER_URL } from "./github-trust.ts";
import { boundaryStatements } from "./policies/boundary.ts";
import { resourceStatements, roleStatements, testStatements } from "./policies/deploy.ts";
import { networkStatements } from "./policies/network.ts";
import { lookUpStatements, readStatements } from "./policies/read.ts";
import { PROJECT_NAME, type Scope } from "./scope.ts";
import { readSettings } from "./settings.ts";
import { StateStore } from "./state-store.ts";
import { policy } from "./statements.ts";

/** A preview and a look for drift take minutes; a deployment may wait an hour for executions to stop. */
const HOUR = 3600;
const LONGEST_DEPLOYMENT = 4 * HOUR;

const { repository, environments } = await readSettings(join(import.meta.dirname, ".."));
const partition = aws.getPartitionOutput().partition;
const accountId = aws.getCallerIdentityOutput().accountId;
const scopes = environments.map(({ name, region }): Scope => ({ partition, accountId, region, environment: name }));

const state = new StateStore("state", environments.map(({ name }) => name));
const provider = new aws.iam.OpenIdConnectProvider("github", { url: GITHUB_ISSUER_URL, clientIdLists: [AUDIENCE] });
const github = { repository, providerArn: provider.arn };

const roles = scopes.map((scope) => {
  const { environment } = scope;
  const preview = new CiRole(`preview-${environment}`, {
    ...github,
    origin: { kind: "environment", name: `preview-${environment}`, branch: "any" },
    policies: { lookup: lookUpStatements(scope), state: state.readStatements(environment) },
    maxSessionSeconds: HOUR,
  });
  const drift = new CiRole(`drift-${environment}`, {
    ...github,
    origin: { kind: "main branch" },
    policies: { read: readStatements(scope), lookup: lookUpStatements(scope), state: state.readStatements(environment) },
    maxSessionSeconds: HOUR,
  });
  const boundary = new aws.iam.Policy(`${environment}-boundary`, {
    name: `${PROJECT_NAME}-${environment}-boundary`,
    path: CI_PATH,
    description: "The most that a role of the program can do",
    policy: policy(boundaryStatements(scope)),
  });
  const deploy = new CiRole(`deploy-${environment}`, {
    ...github,
    origin: { kind: "environment", name: environment, branch: "main" },
    policies: {
      read: [...readStatements(scope), ...lookUpStatements(scope)],
      resources: resourceStatements(scope),
      network: networkStatements(scope),
      roles: roleStatements(scope, boundary.arn),
      tests: testStatements(scope),
      state: state.writeStatements(environment),
    },
    maxSessionSeconds: LONGEST_DEPLOYMENT,
  });
  return { scope, boundary, preview, drift, deploy };
});

const variables = roles.flatMap(({ scope: { environment, region }, preview, drift, deploy }) => [
  [`AWS_REGION_${environment}`, region],
  [`PULUMI_BACKEND_URL_${environment}`, state.backendUrl],
  [`PREVIEW_ROLE_ARN_${environment}`, preview.role.arn],
  [`DRIFT_ROLE_ARN_${environment}`, drift.role.arn],
  [`DEPLOY_ROLE_ARN_${environment}`, deploy.role.arn],
] as const);

export default {
  backendUrl: state.backendUrl,
  /** What `pulumi stack init --secrets-provider` takes, by environment. */
  secretsProviders: pulumi.output(Object.fromEntries(scopes.map(({ environment }) => [environment, state.secretsProvider(environment)]))),
  /** Repository variables that the workflows read, by name. */
  githubVariables: pulumi.output(Object.fromEntries<pulumi.Input<string>>(variables)),
  /** What the main program's setting `permissionsBoundary` must be, by environment. */
  permissionsBoundaries: pulumi.output(Object.fromEntries(roles.map(({ scope, boundary }) => [scope.environment, boundary.arn]))),
};
