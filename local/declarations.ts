import type { FunctionVersion } from "./lambda/function-version.ts";

/** What the Pulumi program declared, in the words of the services that run it. Made by the providers, read by every service's `apply`. */
export interface StackDeclaration {
  readonly functions: readonly FunctionVersion[];
  readonly aliases: readonly AliasDeclaration[];
  readonly roles: readonly RoleDeclaration[];
  readonly resourcePolicies: readonly ResourcePolicyDeclaration[];
  readonly clusters: readonly ClusterDeclaration[];
  readonly images: readonly ImageDeclaration[];
  readonly taskDefinitions: readonly TaskDefinitionDeclaration[];
  readonly scheduleGroups: readonly ScheduleGroupDeclaration[];
  readonly schedules: readonly ScheduleDeclaration[];
  readonly rules: readonly RuleDeclaration[];
  readonly queues: readonly QueueDeclaration[];
  readonly tables: readonly TableDeclaration[];
  readonly logGroups: readonly LogGroupDeclaration[];
  readonly parameters: readonly ParameterDeclaration[];
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly NotPrincipal?: PolicyStatement["Principal"];
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface RoleDeclaration {
  readonly arn: string;
  readonly name: string;
  readonly trustPolicy: PolicyDocument;
  /** Inline policies by name, managed policies by ARN. */
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  readonly permissionsBoundary?: PolicyDocument | undefined;
}

/** A Lambda permission or a queue policy. */
export interface ResourcePolicyDeclaration {
  readonly resourceArn: string;
  readonly policy: PolicyDocument;
}

export interface AliasDeclaration {
  readonly functionArn: string;
  readonly name: string;
  readonly version: string;
}

export interface ClusterDeclaration {
  readonly arn: string;
  readonly name: string;
}

/** A container image that was "pushed": where its build context and Dockerfile are on this machine. */
export interface ImageDeclaration {
  readonly imageUri: string;
  readonly contextFolder: string;
  readonly dockerfile: string;
}

export interface TaskDefinitionDeclaration {
  /** With revision. */
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly cpu: string;
  readonly memory: string;
  readonly taskRoleArn?: string;
  readonly executionRoleArn: string;
  readonly containers: readonly ContainerDeclaration[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface ContainerDeclaration {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly entryPoint?: readonly string[];
  /** Stands in for entry point and command of the image: the Docker label `local.command`, a JSON array. */
  readonly localCommand?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs of parameters and secrets, by the environment variable that gets the value. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly essential: boolean;
  /** SIGTERM to SIGKILL, 2 to 120 on Fargate. */
  readonly stopTimeoutSeconds: number;
  readonly logGroupName?: string;
  readonly logStreamPrefix?: string;
}

export interface ScheduleGroupDeclaration {
  readonly arn: string;
  readonly name: string;
}

/** Names and shapes as in the Scheduler's CreateSchedule, so that declared and created schedules are one thing. */
export interface ScheduleDeclaration {
  readonly arn: string;
  readonly name: string;
  readonly groupName: string;
  readonly scheduleExpression: string;
  readonly scheduleExpressionTimezone: string;
  readonly state: "ENABLED" | "DISABLED";
  readonly actionAfterCompletion: "NONE" | "DELETE";
  readonly flexibleTimeWindow: { readonly mode: "OFF" } | { readonly mode: "FLEXIBLE"; readonly maximumWindowInMinutes: number };
  /** RFC 3339. */
  readonly startDate?: string;
  readonly endDate?: string;
  readonly description?: string;
  readonly target: {
    readonly arn: string;
    readonly roleArn: string;
    readonly input?: string;
    readonly retryPolicy: { readonly maximumEventAgeInSeconds: number; readonly maximumRetryAttempts: number };
    readonly deadLetterQueueArn?: string;
  };
}

export interface RuleDeclaration {
  readonly arn: string;
  readonly name: string;
  readonly busName: string;
  readonly state: "ENABLED" | "DISABLED";
  /** Parsed EventBridge pattern. A rule has a pattern, a schedule, or both. */
  readonly eventPattern?: Readonly<Record<string, unknown>>;
  readonly scheduleExpression?: string;
  readonly targets: readonly {
    readonly id: string;
    readonly arn: string;
    /** Constant that the target gets instead of the event. */
    readonly input?: string;
    readonly deadLetterQueueArn?: string;
    readonly retryPolicy: { readonly maximumEventAgeInSeconds: number; readonly maximumRetryAttempts: number };
  }[];
}

export interface QueueDeclaration {
  readonly arn: string;
  readonly name: string;
  readonly messageRetentionSeconds: number;
}

export interface TableDeclaration {
  readonly arn: string;
  readonly name: string;
  readonly hashKey: string;
  readonly rangeKey?: string;
  readonly attributes: readonly { readonly name: string; readonly type: "S" | "N" | "B" }[];
  readonly globalSecondaryIndexes?: readonly {
    readonly name: string;
    readonly hashKey: string;
    readonly rangeKey?: string;
    readonly projectionType: string;
    readonly nonKeyAttributes?: readonly string[];
  }[];
}

export interface ParameterDeclaration {
  readonly arn: string;
  readonly name: string;
  readonly type: "String" | "StringList" | "SecureString";
  readonly value: string;
}

export interface LogGroupDeclaration {
  readonly arn: string;
  readonly name: string;
  readonly retentionInDays: number;
}
