import { GetRoleCommand, type IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import { ok, warning, type Judgement } from "../finding.ts";

/** Name of the role by which ECS attaches network interfaces (ECS Developer Guide, "Using service-linked roles"). */
export const ECS_ROLE = "AWSServiceRoleForECS";

export async function readEcsRole(iam: IAMClient): Promise<{ readonly exists: boolean }> {
  try {
    await iam.send(new GetRoleCommand({ RoleName: ECS_ROLE }));
    return { exists: true };
  } catch (error) {
    if (error instanceof NoSuchEntityException) return { exists: false };
    throw error;
  }
}

/** CreateCluster creates the role if the caller may (ECS API Reference); tasks of Fargate do not start without it. */
export function judgeEcsRole({ exists }: { readonly exists: boolean }): Judgement {
  if (exists) return ok(`The account has ECS's service-linked role ${ECS_ROLE}.`);
  return warning(
    `The account does not have ECS's service-linked role ${ECS_ROLE} yet. ECS creates it with the first cluster, if the caller may; right after that, the first update can fail with "Unable to assume the service linked role".`,
    "Create it once per account before the first update: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com",
  );
}
