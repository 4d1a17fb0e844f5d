import { isDeepStrictEqual } from "node:util";
import { ACCOUNT, outputsOf } from "../infra/mocks.ts";

export type Properties = Readonly<Record<string, unknown>>;

/** What stands on Pulumi's wire for a value that a preview cannot know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const FUNCTION = "aws:lambda/function:Function";
const ALIAS = "aws:lambda/alias:Alias";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

/** Inputs whose change AWS answers with a new resource, for the types where the tests care. */
const REPLACING: Readonly<Record<string, readonly string[]>> = {
  [FUNCTION]: ["name"],
  [ALIAS]: ["name", "functionName"],
  "aws:lambda/permission:Permission": ["function", "qualifier"],
  "aws:ecs/taskDefinition:TaskDefinition": ["containerDefinitions", "cpu", "memory", "executionRoleArn", "taskRoleArn"],
};

/** Something that happened in the stand-in's cloud, such as `delete aws:sqs/queue:Queue math-dead-letters`. */
export type Happening = `${"create" | "update" | "delete"} ${string} ${string}`;

interface Resource {
  readonly type: string;
  /** The logical name: the URN's last part. */
  readonly name: string;
}

/** As much of AWS and of its Pulumi provider as the engine needs to see to plan and carry out this program. Keeps what happened, and what the program asks for. */
export class StandInAws {
  readonly happened: Happening[] = [];
  /** Versions published of each function. Lambda never uses a number again, not even for a new function of the same name. */
  readonly #published = new Map<string, number>();

  /** Log groups by name: some outlive the stack. */
  readonly #logGroups = new Map<string, Properties>();
  /** Versions that functions' aliases point to, by the function's physical name. */
  readonly #aliases = new Map<string, unknown>();

  /** @throws Error for a function that nothing answers, or as AWS refuses it */
  lookUp(token: string, args: Properties): Properties {
    switch (token) {
      case "aws:index/getCallerIdentity:getCallerIdentity":
        return { accountId: ACCOUNT };
      case "aws:index/getPartition:getPartition":
        return { partition: "aws" };
      case "aws:cloudwatch/getLogGroups:getLogGroups":
        return { logGroupNames: [...this.#logGroups.keys()].filter((name) => name.startsWith(String(args.logGroupNamePrefix))) };
      case "aws:lambda/getFunctions:getFunctions":
        return { functionNames: [...this.#published.keys()] };
      case "aws:lambda/getAlias:getAlias": {
        const functionVersion = this.#aliases.get(String(args.functionName));
        if (functionVersion === undefined) throw new Error(`operation error Lambda: GetAlias, ResourceNotFoundException: Cannot find alias ${String(args.name)}`);
        return { functionVersion };
      }
      default:
        throw new Error(`The stand-in for AWS has no answer for ${token}`);
    }
  }

  /** Takes an alias away behind Pulumi's back. */
  loseAlias(functionName: string): void {
    if (!this.#aliases.delete(functionName)) throw new Error(`${functionName} has no alias`);
  }

  /** What there is of a resource by an id: for a log group what AWS has, for all else what Pulumi remembers. */
  read(resource: Resource, id: string, remembered: { inputs: Properties; state: Properties }): { inputs: Properties; state: Properties } {
    const inputs = resource.type === LOG_GROUP ? this.#logGroups.get(id) : undefined;
    return inputs === undefined ? remembered : { inputs, state: { ...this.#computed(resource, inputs, ""), ...inputs } };
  }

  /** What the provider makes of a program's inputs: a physical name if there is none, and policy documents as text. */
  check({ name }: Resource, olds: Properties, news: Properties, seed: string): Properties {
    const inputs = Object.fromEntries(Object.entries(news).map(([key, value]) => [key, isPolicy(value) ? asText(value) : value]));
    return { ...inputs, name: news.name ?? olds.name ?? `${name}-${seed.slice(0, 7)}` };
  }

  /** Which inputs differ, and which of them cannot be changed in place. */
  diff({ type }: Resource, olds: Properties, news: Properties): { changed: string[]; replacing: string[] } {
    const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((key) => !isDeepStrictEqual(olds[key], news[key]));
    const durabilityChanges = type === FUNCTION && (olds.durableConfig === undefined) !== (news.durableConfig === undefined);
    const replacing = changed.filter((key) => REPLACING[type]?.includes(key) ?? (durabilityChanges && key === "durableConfig"));
    return { changed, replacing };
  }

  /** @throws Error as AWS refuses it */
  create(resource: Resource, inputs: Properties, preview: boolean): { id: string; state: Properties } {
    if (!preview) this.#keep(resource, inputs);
    const computed = this.#computed(resource, inputs, preview ? UNKNOWN : this.#publish(resource, inputs));
    const state = preview ? Object.fromEntries(Object.keys(computed).map((key) => [key, UNKNOWN])) : computed;
    const id = resource.type === LOG_GROUP ? String(inputs.name) : `${String(inputs.name)}-id`;
    return { id: preview ? "" : id, state: { ...state, ...inputs } };
  }

  update(resource: Resource, oldState: Properties, inputs: Properties, preview: boolean): Properties {
    if (!preview) this.happened.push(`update ${resource.type} ${resource.name}`);
    if (!preview && resource.type === ALIAS) this.#aliases.set(String(inputs.functionName), inputs.functionVersion);
    // Every change of code or configuration publishes; of a function, the tests change nothing else.
    const version = preview ? UNKNOWN : this.#publish(resource, inputs);
    return { ...oldState, ...this.#computed(resource, inputs, version), ...inputs };
  }

  /** @throws Error as AWS refuses it */
  delete(resource: Resource, state: Properties): void {
    if (state.deletionProtectionEnabled === true) throw new Error(`ValidationException: Resource cannot be deleted as it is currently protected against deletion: ${resource.name}`);
    if (resource.type === "aws:ecr/repository:Repository" && state.forceDelete !== true) throw new Error(`RepositoryNotEmptyException: ${resource.name}`);
    this.happened.push(`delete ${resource.type} ${resource.name}`);
    if (resource.type === LOG_GROUP) this.#logGroups.delete(String(state.name));
    if (resource.type === ALIAS) this.#aliases.delete(String(state.functionName));
  }

  #keep({ type, name }: Resource, inputs: Properties): void {
    if (type === LOG_GROUP) {
      if (this.#logGroups.has(String(inputs.name))) throw new Error(`ResourceAlreadyExistsException: The specified log group already exists: ${String(inputs.name)}`);
      this.#logGroups.set(String(inputs.name), inputs);
    }
    if (type === ALIAS) this.#aliases.set(String(inputs.functionName), inputs.functionVersion);
    this.happened.push(`create ${type} ${name}`);
  }

  #computed({ type, name }: Resource, inputs: Properties, version: string): Properties {
    return Object.fromEntries(Object.entries(outputsOf(type, name, inputs, version)).map(([key, value]) => [key, hasUnknown(value) ? UNKNOWN : value]));
  }

  #publish({ type }: Resource, inputs: Properties): string {
    if (type !== FUNCTION || inputs.publish !== true) return "$LATEST";
    const functionName = String(inputs.name);
    const version = (this.#published.get(functionName) ?? 0) + 1;
    this.#published.set(functionName, version);
    return String(version);
  }
}

function isPolicy(value: unknown): value is object {
  return typeof value === "object" && value !== null && "Statement" in value;
}

/** As the provider does: a document with one unknown part is unknown as a whole. */
function asText(document: object): string {
  return hasUnknown(document) ? UNKNOWN : JSON.stringify(document);
}

export function hasUnknown(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value).includes(UNKNOWN);
}
