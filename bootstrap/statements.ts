import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

type Condition = Readonly<Record<string, Readonly<Record<string, pulumi.Input<string> | pulumi.Input<string>[]>>>>;

/** A statement that has a name, which denials and reviews can refer to. */
export interface Statement extends aws.iam.PolicyStatement {
  readonly Sid: string;
}

/** Allows actions on named resources. */
export function allow(sid: string, actions: readonly string[], resources: readonly pulumi.Input<string>[], condition?: Condition): Statement {
  return { Sid: sid, Effect: "Allow", Action: [...actions], Resource: [...resources], ...(condition && { Condition: condition }) };
}

/** Allows actions for which AWS offers no resource to name; a test looks each of them up in AWS's own list. */
export function allowWithoutResource(sid: string, actions: readonly string[], condition?: Condition): Statement {
  return { Sid: sid, Effect: "Allow", Action: [...actions], Resource: "*", ...(condition && { Condition: condition }) };
}

/** A policy document of statements. */
export function policy(statements: readonly Statement[]): aws.iam.PolicyDocument {
  return { Version: "2012-10-17", Statement: [...statements] };
}
