/** A resource that the Pulumi program registered, with what its provider made of it. Plain data: it crosses processes. */
export interface RegisteredResource {
  /** Pulumi type token, such as `aws:lambda/function:Function`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs and outputs together, as the program sees the resource. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Paths of inputs without a value, because they depend on outputs that are not simulated. */
  readonly unknown?: readonly string[];
}

/**
 * The current revision of everything that gets a new number when it changes (function versions, task definition
 * revisions), by resource, such as `function/NAME`: a resource whose hash is unchanged keeps its revision.
 */
export type Revisions = Readonly<Record<string, { readonly revision: number; readonly hash: string }>>;

export interface EvaluationRequest {
  readonly projectFolder: string;
  readonly stack: string;
  /** Address of the HTTP door: a part of outputs such as queue URLs. */
  readonly endpoint: string;
}

/** What the program declares. Placeholders stand for revisions and digests of code until {@link Publication}. */
export interface Evaluation {
  readonly project: string;
  readonly region: string;
  /** In the order of registration. */
  readonly resources: readonly RegisteredResource[];
  /** Stack outputs. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Absolute paths of the program's own modules. */
  readonly modules: readonly string[];
  /** Names of stack outputs without a value, because they depend on outputs that are not simulated. */
  readonly unknownOutputs: readonly string[];
  /** Provider functions that the program called and the local stack has no result for. */
  readonly unknownFunctions: readonly string[];
}

/** An evaluation with the code, versions and revisions of a time. */
export interface Publication {
  readonly resources: readonly RegisteredResource[];
  /** Stack outputs. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly revisions: Revisions;
}

/** What the evaluating process answers. */
export type EvaluationAnswer =
  | { readonly kind: "evaluated"; readonly evaluation: Evaluation }
  /** The program or its settings are at fault: the message is for the person who wrote them. */
  | { readonly kind: "refused"; readonly message: string };
