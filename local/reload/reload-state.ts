/** How the last reload ended, for the console. */
export class ReloadState {
  /** Reloads so far. */
  count = 0;
  /** Why the files as they are saved are not live; nothing while they are. */
  failure: string | undefined;
}

export type ReloadOutcome =
  | { readonly kind: "reloaded"; readonly milliseconds: number; readonly changes: readonly string[] }
  /** The version before keeps running. */
  | { readonly kind: "failed"; readonly message: string };
