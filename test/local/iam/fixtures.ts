import type { PolicyDocument, PolicyStatement, RoleDeclaration } from "../../../local/declarations.ts";
import { AwsError } from "../../../local/errors.ts";
import type { ServiceCaller } from "../../../local/iam/access.ts";
import { Iam } from "../../../local/iam/iam.ts";
import { LOCAL_ACCOUNT_ID, type Identity } from "../../../local/identity.ts";

export const identity: Identity = { partition: "aws", region: "eu-west-1", accountId: LOCAL_ACCOUNT_ID };
export const administrator = { accessKeyId: "AKIATESTTESTTESTTEST", secretAccessKey: "s".repeat(40) };

export function policy(...statements: PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

export function trust(service: string, condition?: PolicyStatement["Condition"]): PolicyDocument {
  return policy({ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service }, ...(condition && { Condition: condition }) });
}

export function role(name: string, policies: Record<string, PolicyDocument>, trustPolicy = trust("lambda.amazonaws.com")): RoleDeclaration {
  return { arn: `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/${name}`, name, trustPolicy, policies };
}

export function lambdaCaller(functionName: string): ServiceCaller {
  return {
    service: "lambda.amazonaws.com",
    sourceArn: `arn:aws:lambda:${identity.region}:${LOCAL_ACCOUNT_ID}:function:${functionName}`,
    sourceAccount: LOCAL_ACCOUNT_ID,
  };
}

export function createIam(roles: readonly RoleDeclaration[] = []): Iam {
  const iam = new Iam({ identity, administrator });
  iam.apply({ roles, resourcePolicies: [] });
  return iam;
}

/** For `assert.throws`: AWS's access-denied error with exactly this message. */
export function denied(message: string): (error: unknown) => boolean {
  return (error) => error instanceof AwsError && error.code === "AccessDeniedException" && error.message === message;
}
