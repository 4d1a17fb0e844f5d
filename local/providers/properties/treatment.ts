/** How the local stack treats a property of a resource. */
export type Treatment =
  | { readonly kind: "simulated" }
  | { readonly kind: "irrelevant"; readonly reason: string }
  | { readonly kind: "not simulated" }
  /** Simulated for the values that `accepts` returns true for. */
  | { readonly kind: "some values"; readonly accepts: (value: unknown, region: string) => boolean }
  /** An object, a list of objects, or either as JSON text. */
  | { readonly kind: "members"; readonly members: Properties };

/** Treatments by property name. A property without one counts as not simulated. */
export type Properties = Readonly<Record<string, Treatment>>;

export const simulated: Treatment = { kind: "simulated" };
export const notSimulated: Treatment = { kind: "not simulated" };
/** Equal to what the local stack does without the property. */
export const onlyFor = (...values: readonly unknown[]): Treatment => ({ kind: "some values", accepts: (value) => values.includes(value) });
export const onlyIf = (accepts: (value: string) => boolean): Treatment => ({
  kind: "some values",
  accepts: (value) => typeof value === "string" && accepts(value),
});
/** The local stack has one Region: resources of another one run in it, too. */
export const stackRegion: Treatment = { kind: "some values", accepts: (value, region) => value === region };
export const members = (properties: Properties): Treatment => ({ kind: "members", members: properties });
/** @param reason why the property makes no difference locally */
export const irrelevant = (reason: string): Treatment => ({ kind: "irrelevant", reason });

export const description = irrelevant("documentation");
export const tags = irrelevant("cost and inventory");
export const encryption = irrelevant("data stays in files of the user");
export const deployment = irrelevant("order and safety of deployments");
export const capacity = irrelevant("this machine's capacity");
export const oneMachine = irrelevant("everything runs on this machine");
export const backups = irrelevant("the data folder is the user's to back up");

/**
 * Paths of the properties that a resource sets and the local stack does not simulate, such as `vpcConfig` and `target.ecsParameters`.
 * A property that asks for nothing (`false`, an empty text, list or object) is left out.
 */
export function notSimulatedPaths(properties: Properties, inputs: Readonly<Record<string, unknown>>, region: string): string[] {
  return [...new Set(Object.entries(inputs).flatMap(([name, value]) => pathsOf(name, Object.hasOwn(properties, name) ? properties[name] : undefined, value, region)))];
}

function pathsOf(path: string, treatment: Treatment = notSimulated, value: unknown, region: string): string[] {
  if (asksForNothing(value)) return [];
  switch (treatment.kind) {
    case "simulated":
    case "irrelevant":
      return [];
    case "not simulated":
      return [path];
    case "some values":
      return treatment.accepts(value, region) ? [] : [path];
    case "members":
      return objectsIn(value).flatMap((each) => notSimulatedPaths(treatment.members, each, region).map((member) => `${path}.${member}`));
  }
}

function asksForNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function objectsIn(value: unknown): Readonly<Record<string, unknown>>[] {
  if (typeof value === "string") return objectsIn(parsed(value));
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return typeof value === "object" && value !== null ? [value as Readonly<Record<string, unknown>>] : [];
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? undefined : value;
  } catch {
    return undefined;
  }
}
