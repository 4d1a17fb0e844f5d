import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Origin, trustGitHub } from "./github-trust.ts";
import { policy, type Statement } from "./statements.ts";

/** Where the roles and policies of CI live: apart from the program's, which a deployment may change. */
export const CI_PATH = "/ci/";

export interface CiRoleArgs {
  readonly providerArn: pulumi.Input<string>;
  /** As the token's subject names it. */
  readonly repository: string;
  readonly origin: Origin;
  /** What the role may do, by topic: a managed policy each, because one holds no more than 6,144 characters. At most ten. */
  readonly policies: Readonly<Record<string, readonly Statement[]>>;
  /** Longest session in seconds, 3,600 to 43,200. */
  readonly maxSessionSeconds: number;
}

/** A role that workflows of GitHub take on, for as long as one job. */
export class CiRole extends pulumi.ComponentResource {
  readonly role: aws.iam.Role;

  constructor(name: string, args: CiRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:bootstrap:CiRole", name, {}, opts);
    this.role = new aws.iam.Role(
      name,
      { path: CI_PATH, maxSessionDuration: args.maxSessionSeconds, assumeRolePolicy: trustGitHub(args.providerArn, args.repository, args.origin) },
      { parent: this },
    );
    for (const [topic, statements] of Object.entries(args.policies)) {
      const { arn } = new aws.iam.Policy(`${name}-${topic}`, { path: CI_PATH, policy: policy(statements) }, { parent: this });
      new aws.iam.RolePolicyAttachment(`${name}-${topic}`, { role: this.role.name, policyArn: arn }, { parent: this });
    }
    this.registerOutputs({ roleArn: this.role.arn });
  }
}
