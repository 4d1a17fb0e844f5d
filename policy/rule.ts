/** A resource as the engine is about to create or change it. */
export interface Subject {
  /** Pulumi's type, such as `aws:sqs/queue:Queue`. */
  readonly type: string;
  readonly urn: string;
  /** Its inputs, as its provider has checked them. */
  readonly props: Readonly<Record<string, unknown>>;
}

/** What the pack asks of resources. A pure function of one resource. */
export interface Rule {
  /** Lower case with hyphens: how the CLI names it when it is broken. */
  readonly name: string;
  /** The rule in a sentence, with its reason. */
  readonly description: string;
  /** Every way in which a resource breaks it; none for types that it has nothing to say about. */
  readonly faults: (subject: Subject) => string[];
}

/** One value or a list of them, as policies have it. */
export function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
