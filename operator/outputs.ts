/** The camel-cased form in which stack outputs name a resource: `poll-job` is `pollJob`, so that its alias is `pollJobAliasArn`. */
export function outputPrefix(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
