import * as pulumi from "@pulumi/pulumi";

/**
 * Bounds every role that is declared from now on, those inside components of other packages as well: whoever may create roles
 * only with this boundary cannot use them to do more than it allows. To be called before the first component.
 *
 * @param boundary ARN of a policy; nothing happens when it is empty
 */
export function boundAllRoles(boundary: string): void {
  if (boundary === "") return;
  pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
    type === "aws:iam/role:Role" ? { props: { ...props, permissionsBoundary: boundary }, opts } : undefined,
  );
}
