/** Condition keys of a request, in lower case, with their values. AWS compares the names of condition keys without case. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

export function requestContext(keys: Readonly<Record<string, string | readonly string[]>>): RequestContext {
  return new Map(Object.entries(keys).map(([key, values]) => [key.toLowerCase(), [values].flat()]));
}

/** `prefix:name`, such as `aws:SourceArn`, `aws:RequestTag/project` or `token.actions.githubusercontent.com:sub`. */
export function isConditionKey(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._/-]*:[^\s{}',]([^{}',]*[^\s{}',])?$/.test(text);
}

const MULTIVALUED = new Set(["aws:tagkeys", "aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist", "aws:resourceorgpaths", "aws:sourceorgpaths"]);

/** Whether a global key can have several values in one request (IAM User Guide, "AWS global condition context keys"). */
export function isMultivalued(key: string): boolean {
  return MULTIVALUED.has(key.toLowerCase());
}
