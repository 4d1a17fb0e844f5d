/** An operation as messages name it. */
export function kindAndName({ subType = "operation", name }: { readonly subType?: string; readonly name?: string }): string {
  const kind = subType.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return name === undefined ? `a ${kind} without a name` : `${kind} "${name}"`;
}
