/** One question to IAM: may the principal do this to that? */
export interface AccessRequest {
  /** `service:Action`, such as `ecs:RunTask`. */
  readonly action: string;
  /** ARN, or `*` for actions that AWS authorises on no resource. */
  readonly resource: string;
  /** Condition keys of the request, such as `ecs:cluster` or `iam:PassedToService`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** Who asks: a user, or a session of a role. */
export interface Principal {
  readonly kind: "user" | "assumed-role";
  /** `arn:aws:iam::…:user/…` or `arn:aws:sts::…:assumed-role/ROLE/SESSION`, as GetCallerIdentity and denials show it. */
  readonly arn: string;
  /** Set for sessions of a role. */
  readonly roleArn?: string;
  readonly accountId: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** An AWS service acting for itself, such as EventBridge calling a function it was given permission for. */
export interface ServiceCaller {
  /** Such as `events.amazonaws.com`. */
  readonly service: string;
  readonly sourceArn: string;
  /** Absent for services that send none: EventBridge (EventBridge User Guide, troubleshooting: "my rule ran but my Lambda function wasn't invoked"). */
  readonly sourceAccount?: string;
}

/** IAM as the services see it. Every check throws an AccessDenied {@link AwsError} with AWS's wording. */
export interface AccessControl {
  /** Identity policies of the principal, and resource policies where the resource has one. */
  authorize(principal: Principal, request: AccessRequest): void;
  /** A service's own call, allowed by the policy of the resource (Lambda permission, queue policy) alone. */
  authorizeService(caller: ServiceCaller, request: AccessRequest): void;
  /** A session of the role, if its trust policy lets this service have it. */
  assumeRole(roleArn: string, caller: ServiceCaller, sessionName: string): Principal;
  /** Temporary credentials for a session, for the processes that run under the role. */
  issueCredentials(principal: Principal): Required<Credentials>;
  /** Ends credentials when their process has ended. */
  revokeCredentials(accessKeyId: string): void;
}
