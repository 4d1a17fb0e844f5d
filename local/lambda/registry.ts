import type { StackDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import type { Identity } from "../identity.ts";
import type { Store } from "../store/store.ts";
import type { FunctionDirectory, FunctionVersion } from "./function-version.ts";
import { parseFunctionName } from "./names.ts";

/** An alias and the version it stands for. */
export interface Alias {
  readonly name: string;
  readonly version: FunctionVersion;
}

/**
 * The published versions and their aliases. Versions stay known after newer ones while executions are pinned to them; a
 * start reaches only functions that the program declares now. `$LATEST` is a version of its own, as on AWS. An
 * execution of `$LATEST` runs the newest code at each invocation.
 */
export class FunctionRegistry implements FunctionDirectory {
  readonly #store: Store;
  readonly #identity: Identity;
  /** By function ARN, then by version. */
  readonly #versions = new Map<string, Map<string, FunctionVersion>>();
  /** By function ARN. */
  readonly #newest = new Map<string, FunctionVersion>();
  /** The version `$LATEST`, by function ARN. */
  readonly #latest = new Map<string, FunctionVersion>();
  /** By function ARN, then by alias. */
  readonly #aliases = new Map<string, Map<string, FunctionVersion>>();

  constructor(options: { store: Store; identity: Identity }) {
    this.#store = options.store;
    this.#identity = options.identity;
    this.read();
  }

  /** Reads the versions from the store again, after a transaction that {@link apply} was part of has failed. */
  read(): void {
    this.#versions.clear();
    for (const row of this.#store.prepare("SELECT definition FROM lambda_versions").all()) {
      // Written by apply and by nothing else.
      this.#remember(JSON.parse(String(row.definition)) as FunctionVersion);
    }
  }

  /**
   * Takes up the versions and aliases that the program declares.
   *
   * @throws Error when a version that was published before comes with another configuration, or an alias names no version
   */
  apply(declaration: Pick<StackDeclaration, "functions" | "aliases">): void {
    this.#store.write(() => {
      for (const version of declaration.functions) this.#publish(version);
    });
    this.#newest.clear();
    this.#latest.clear();
    this.#aliases.clear();
    for (const version of declaration.functions) {
      const newest = this.#newest.get(version.functionArn);
      if (newest === undefined || Number(version.version) > Number(newest.version)) this.#newest.set(version.functionArn, version);
      this.#remember(version);
    }
    for (const newest of this.#newest.values()) {
      this.#latest.set(newest.functionArn, { ...newest, version: "$LATEST", qualifiedArn: `${newest.functionArn}:$LATEST` });
    }
    for (const { functionArn, name, version } of declaration.aliases) {
      const target = this.#find(functionArn, version);
      if (target === undefined) throw new Error(`Alias ${name} of ${functionArn} names version ${version}, which is not published.`);
      inner(this.#aliases, functionArn).set(name, target);
    }
  }

  resolve(nameOrArn: string, qualifier?: string): { version: FunctionVersion; qualified: boolean } {
    const address = parseFunctionName(nameOrArn, qualifier, this.#identity);
    const version = this.#newest.has(address.functionArn) ? this.#find(address.functionArn, address.qualifier) : undefined;
    if (version === undefined) throw notFound(`Function not found: ${address.arn}`);
    return { version, qualified: address.qualifier !== undefined };
  }

  find(qualified: string): FunctionVersion | undefined {
    const { functionArn, qualifier } = parseFunctionName(qualified, undefined, this.#identity);
    return this.#find(functionArn, qualifier);
  }

  newest(nameOrArn: string): FunctionVersion | undefined {
    return this.#newest.get(parseFunctionName(nameOrArn, undefined, this.#identity).functionArn);
  }

  /** The newest version of every declared function, by name. */
  functions(): readonly FunctionVersion[] {
    return [...this.#newest.values()].sort((a, b) => (a.functionName < b.functionName ? -1 : 1));
  }

  /**
   * All versions of a declared function, oldest first.
   *
   * @throws AwsError ResourceNotFoundException
   */
  versions(nameOrArn: string): readonly FunctionVersion[] {
    const { functionArn } = this.resolve(nameOrArn).version;
    const known = [...(this.#versions.get(functionArn)?.values() ?? [])];
    return known.filter(({ isPublished }) => isPublished !== false).sort((a, b) => Number(a.version) - Number(b.version));
  }

  /** @throws AwsError ResourceNotFoundException when there is no such function */
  aliases(nameOrArn: string): readonly Alias[] {
    const { functionArn } = this.resolve(nameOrArn).version;
    return [...(this.#aliases.get(functionArn) ?? [])].map(([name, version]) => ({ name, version }));
  }

  /** @throws AwsError ResourceNotFoundException when there is no such function or alias */
  alias(nameOrArn: string, name: string): Alias {
    const { functionArn } = this.resolve(nameOrArn).version;
    const version = this.#aliases.get(functionArn)?.get(name);
    if (version === undefined) throw notFound(`Cannot find alias arn: ${functionArn}:${name}`);
    return { name, version };
  }

  /** Every version whose code is kept, unpublished ones included. */
  all(): readonly FunctionVersion[] {
    return [...this.#versions.values()].flatMap((versions) => [...versions.values()]);
  }

  /** Versions that no name and no alias of a declared function leads to. */
  superseded(): readonly FunctionVersion[] {
    const reached = new Set([...this.#newest.values(), ...[...this.#aliases.values()].flatMap((aliases) => [...aliases.values()])].map(({ qualifiedArn }) => qualifiedArn));
    return this.all().filter(({ qualifiedArn }) => !reached.has(qualifiedArn));
  }

  /** Removes superseded versions, in this turn's transaction. */
  forget(versions: readonly FunctionVersion[]): void {
    for (const { functionArn, version } of versions) {
      this.#store.run("DELETE FROM lambda_versions WHERE function_arn = ? AND version = ?", functionArn, version);
      this.#versions.get(functionArn)?.delete(version);
    }
  }

  #find(functionArn: string, qualifier: string | undefined): FunctionVersion | undefined {
    if (qualifier === undefined || qualifier === "$LATEST") return this.#latest.get(functionArn);
    if (/^\d+$/.test(qualifier)) {
      const numbered = this.#versions.get(functionArn)?.get(qualifier);
      return numbered?.isPublished === false ? undefined : numbered;
    }
    return this.#aliases.get(functionArn)?.get(qualifier);
  }

  #publish(version: FunctionVersion): void {
    const known = this.#versions.get(version.functionArn)?.get(version.version);
    if (known !== undefined && known.configurationHash !== version.configurationHash) {
      throw new Error(`${version.qualifiedArn} is already published with other code or configuration; a change must publish a new version.`);
    }
    // The folder of the data may have moved since, so the definition is written again.
    this.#store.run(
      `INSERT INTO lambda_versions (function_arn, version, configuration_hash, definition) VALUES (?, ?, ?, ?)
       ON CONFLICT (function_arn, version) DO UPDATE SET definition = excluded.definition`,
      version.functionArn,
      version.version,
      version.configurationHash,
      JSON.stringify(version),
    );
  }

  #remember(version: FunctionVersion): void {
    inner(this.#versions, version.functionArn).set(version.version, version);
  }
}

function inner<V>(outer: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let map = outer.get(key);
  if (map === undefined) outer.set(key, (map = new Map<string, V>()));
  return map;
}

function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, 404, { Type: "User" });
}
