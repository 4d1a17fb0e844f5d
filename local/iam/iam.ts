import type { StackDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import type { Identity } from "../identity.ts";
import type { AccessControl, AccessRequest, Credentials, Principal, ServiceCaller } from "./access.ts";
import { CredentialRegistry, temporaryCredentials, type KnownCredentials } from "./credential-registry.ts";
import { declaredPolicies, type DeclaredPolicies } from "./declared-policies.ts";
import { denialMessage, type DecidingPolicy, type Denial } from "./denial.ts";
import { decideAlike, executionClass } from "./execution-class.ts";
import { readPolicy, type Policy } from "./language/policy.ts";
import type { Requester } from "./language/principal.ts";
import { evaluate, policiesAbout, type Decision, type Question } from "./policy-evaluation.ts";

const DECISIONS_REMEMBERED = 5_000;
const DENIALS_REMEMBERED = 200;

interface RolePolicies {
  /** The role's policies, cut down to one action. */
  readonly about: readonly Policy[];
  readonly boundary?: Policy | undefined;
  /** Whether they cannot tell one execution of a version from another. */
  readonly decideAlike: boolean;
}

/** The person at the keyboard may do everything; no part of the program ever acts as this user. */
const ADMINISTRATOR: RolePolicies = {
  about: [readPolicy({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] }, "identity")],
  decideAlike: true,
};

/** Who asks. */
interface Asker extends Requester {
  /** Tells it from every other for which policies could decide otherwise. */
  readonly key: string;
  readonly decidedBy: DecidingPolicy;
}

/** What is weighed for an answer; the asker, the request and the declared policies determine it. */
type Weighed = Pick<Question, "identityPolicies" | "resourcePolicy" | "boundary" | "context">;

export interface IamOptions {
  readonly identity: Identity;
  /** Access key of the local developer. */
  readonly administrator: Credentials;
}

/** Identity and access as the Pulumi program declares them, enforced by AWS's rules. */
export class Iam implements AccessControl {
  readonly identity: Identity;
  /** The local developer. */
  readonly administrator: Principal;
  readonly #credentials = new CredentialRegistry();
  readonly #policiesByAction = new Map<string, RolePolicies>();
  readonly #decisions = new Map<string, Decision>();
  /** By message, the latest last: one that is repeated for every line of a log must not push out all others. */
  readonly #denials = new Map<string, Denial>();
  #policies: DeclaredPolicies = { roles: new Map(), resources: new Map() };

  constructor(options: IamOptions) {
    const { partition, accountId } = options.identity;
    this.identity = options.identity;
    this.administrator = { kind: "user", arn: `arn:${partition}:iam::${accountId}:user/local-developer`, accountId };
    this.#credentials.add(options.administrator, this.administrator);
  }

  /**
   * Takes up the program's roles and resource policies, in place of those before.
   *
   * @throws UserError naming every malformed policy; nothing is taken up then
   */
  apply(declaration: Pick<StackDeclaration, "roles" | "resourcePolicies">): void {
    this.#policies = declaredPolicies(declaration);
    this.#policiesByAction.clear();
    this.#decisions.clear();
  }

  authorize(principal: Principal, request: AccessRequest): void {
    const { arn, roleArn, accountId } = principal;
    const policies = roleArn === undefined ? ADMINISTRATOR : this.#rolePolicies(roleArn, request.action);
    this.#check({ name: arn, roleArn, accountId, key: arn, decidedBy: "identity-based policy" }, request, policies.decideAlike, () => ({
      identityPolicies: policies.about,
      boundary: policies.boundary,
      resourcePolicy: this.#policies.resources.get(request.resource),
      context: {
        ...this.#globalContext(),
        "aws:PrincipalArn": roleArn ?? arn,
        "aws:PrincipalAccount": accountId,
        "aws:PrincipalType": roleArn === undefined ? "User" : "AssumedRole",
        "aws:PrincipalIsAWSService": "false",
      },
    }));
  }

  authorizeService(caller: ServiceCaller, request: AccessRequest): void {
    this.#check({ ...serviceAsker(caller), decidedBy: "resource-based policy" }, request, false, () => ({
      identityPolicies: [],
      resourcePolicy: this.#policies.resources.get(request.resource),
      context: this.#serviceContext(caller),
    }));
  }

  assumeRole(roleArn: string, caller: ServiceCaller, sessionName: string): Principal {
    const role = this.#policies.roles.get(roleArn);
    this.#check({ ...serviceAsker(caller), decidedBy: "role trust policy" }, { action: "sts:AssumeRole", resource: roleArn }, false, () => ({
      identityPolicies: [],
      resourcePolicy: role?.trustPolicy,
      context: this.#serviceContext(caller),
    }));
    const { partition, accountId } = this.identity;
    const name = role?.name ?? "";
    return { kind: "assumed-role", arn: `arn:${partition}:sts::${accountId}:assumed-role/${name}/${sessionName}`, roleArn, accountId };
  }

  issueCredentials(principal: Principal): Required<Credentials> {
    const credentials = temporaryCredentials();
    this.#credentials.add(credentials, principal);
    return credentials;
  }

  revokeCredentials(accessKeyId: string): void {
    this.#credentials.revoke(accessKeyId);
  }

  /** Whose access key that is; nothing if it never was one. */
  identify(accessKeyId: string): KnownCredentials | undefined {
    return this.#credentials.find(accessKeyId);
  }

  /** The latest refusals, each once with its latest moment, at most 200, oldest first. */
  denials(): readonly Denial[] {
    return [...this.#denials.values()];
  }

  /** @param alike whether the policies decide alike about all executions of a version */
  #check(asker: Asker, request: AccessRequest, alike: boolean, weigh: () => Weighed): void {
    const { action, resource } = request;
    const decision = this.#decide(asker, request, alike, weigh);
    if (decision === "allowed") return;
    const message = denialMessage({ principal: asker.name, action, resource, decision, decidedBy: asker.decidedBy });
    this.#remember({ at: Date.now(), principal: asker.name, action, resource, message });
    throw new AwsError("AccessDeniedException", message, 403);
  }

  #remember(denial: Denial): void {
    this.#denials.delete(denial.message);
    this.#denials.set(denial.message, denial);
    if (this.#denials.size <= DENIALS_REMEMBERED) return;
    for (const oldest of this.#denials.keys()) {
      this.#denials.delete(oldest);
      break;
    }
  }

  #rolePolicies(roleArn: string, action: string): RolePolicies {
    const key = `${roleArn} ${action}`;
    let policies = this.#policiesByAction.get(key);
    if (policies === undefined) {
      const { identityPolicies = [], boundary: whole } = this.#policies.roles.get(roleArn) ?? {};
      const about = policiesAbout(action, identityPolicies);
      const [boundary] = policiesAbout(action, whole === undefined ? [] : [whole]);
      policies = { about, boundary, decideAlike: decideAlike(boundary === undefined ? about : [...about, boundary]) };
      this.#policiesByAction.set(key, policies);
    }
    return policies;
  }

  /** Decisions depend on nothing but the question and the policies, which change in `apply` only. */
  #decide(asker: Asker, { action, resource, context }: AccessRequest, alike: boolean, weigh: () => Weighed): Decision {
    const about = (alike && !this.#policies.resources.has(resource) ? executionClass(resource) : undefined) ?? resource;
    const question = [asker.key, asker.decidedBy, action, about, context === undefined ? "" : JSON.stringify(context)].join("\n");
    const known = this.#decisions.get(question);
    if (known !== undefined) return known;
    if (this.#decisions.size >= DECISIONS_REMEMBERED) this.#decisions.clear();
    const weighed = weigh();
    const decision = evaluate({ requester: asker, action, resource, ...weighed, context: { ...context, ...weighed.context } });
    this.#decisions.set(question, decision);
    return decision;
  }

  #serviceContext(caller: ServiceCaller): NonNullable<AccessRequest["context"]> {
    return {
      ...this.#globalContext(),
      ...(caller.sourceAccount !== undefined && { "aws:SourceAccount": caller.sourceAccount }),
      "aws:SourceArn": caller.sourceArn,
      "aws:PrincipalServiceName": caller.service,
      "aws:PrincipalIsAWSService": "true",
    };
  }

  /** The loopback stands in for AWS's endpoints, which speak TLS only: a policy that insists on TLS must not fail here alone. */
  #globalContext(): NonNullable<AccessRequest["context"]> {
    const { region, accountId } = this.identity;
    return { "aws:RequestedRegion": region, "aws:ResourceAccount": accountId, "aws:SecureTransport": "true" };
  }
}

function serviceAsker({ service, sourceArn, sourceAccount }: ServiceCaller): Pick<Asker, "name" | "key"> {
  return { name: service, key: `${service}\n${sourceArn}\n${sourceAccount ?? ""}` };
}
