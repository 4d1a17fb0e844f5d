import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

const ISSUER = "token.actions.githubusercontent.com";

/** Address of GitHub's OIDC provider. */
export const GITHUB_ISSUER_URL = `https://${ISSUER}`;
/** Whom the tokens are for: STS. */
export const AUDIENCE = "sts.amazonaws.com";

/** Where a workflow runs, and so what its token says. */
export type Origin =
  /** On the main branch, outside any environment. */
  | { readonly kind: "main branch" }
  /** In a GitHub environment, once its protection rules let it: on the main branch, or with code that nobody has reviewed yet. */
  | { readonly kind: "environment"; readonly name: string; readonly branch: "main" | "any" };

/**
 * Trust in the workflows of one repository, of one origin. The subject is matched as a whole: a pattern such as
 * `repo:owner/name:*` would let any branch in.
 *
 * @param repository as the token's subject names it
 */
export function trustGitHub(providerArn: pulumi.Input<string>, repository: string, origin: Origin): aws.iam.PolicyDocument {
  const claims = {
    [`${ISSUER}:aud`]: AUDIENCE,
    [`${ISSUER}:sub`]: `repo:${repository}:${subject(origin)}`,
    // A subject with an environment says nothing about the branch.
    ...(origin.kind === "environment" && origin.branch === "main" && { [`${ISSUER}:ref`]: "refs/heads/main" }),
  };
  return {
    Version: "2012-10-17",
    Statement: [{ Sid: "Trust", Effect: "Allow", Principal: { Federated: providerArn }, Action: "sts:AssumeRoleWithWebIdentity", Condition: { StringEquals: claims } }],
  };
}

function subject(origin: Origin): string {
  switch (origin.kind) {
    case "main branch":
      return "ref:refs/heads/main";
    case "environment":
      return `environment:${origin.name}`;
  }
}
