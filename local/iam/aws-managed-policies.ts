import type { PolicyDocument } from "../declarations.ts";

const WRITE_LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"];
const PULL_IMAGES = ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"];

/** Policies that AWS manages, by the end of their ARNs (AWS Managed Policy Reference Guide). */
const POLICIES: Readonly<Record<string, PolicyDocument>> = {
  "service-role/AWSLambdaBasicExecutionRole": allow(["logs:CreateLogGroup", ...WRITE_LOGS]),
  "service-role/AWSLambdaBasicDurableExecutionRolePolicy": allow([
    "logs:CreateLogGroup", ...WRITE_LOGS, "lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState",
  ]),
  "service-role/AmazonECSTaskExecutionRolePolicy": allow([...PULL_IMAGES, ...WRITE_LOGS]),
};

/** Undefined for a policy that the local stack does not know. */
export function awsManagedPolicy(arn: string): PolicyDocument | undefined {
  const name = /^arn:[a-z-]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1] ?? "";
  return Object.hasOwn(POLICIES, name) ? POLICIES[name] : undefined;
}

function allow(actions: readonly string[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: [...actions], Resource: "*" }] };
}
