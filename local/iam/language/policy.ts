import type { PolicyDocument } from "../../declarations.ts";
import { PolicyFault } from "./fault.ts";
import { type PolicyKind, readStatement, type Statement } from "./statement.ts";

/** A policy, ready to be evaluated. */
export interface Policy {
  readonly statements: readonly Statement[];
}

/** A policy, and every part of it that AWS refuses or does not document: path and message. */
export interface ReadPolicy extends Policy {
  readonly faults: readonly string[];
}

export function readPolicy(document: PolicyDocument, kind: PolicyKind): ReadPolicy {
  const statements: Statement[] = [];
  const faults: string[] = [];
  if (document.Id !== undefined && kind === "identity") faults.push("Id: an identity policy has none");
  // Without a version, AWS takes a policy for one of 2008-10-17, which has no policy variables.
  const hasVariables = document.Version === "2012-10-17";
  const sids = new Set<string>();
  for (const [index, source] of document.Statement.entries()) {
    try {
      statements.push(readStatement(source, kind, hasVariables));
    } catch (error) {
      if (!(error instanceof PolicyFault)) throw error;
      faults.push(`Statement[${index}].${error.message}`);
    }
    if (source.Sid === undefined || source.Sid === "") continue;
    if (kind === "identity" && sids.has(source.Sid)) faults.push(`Statement[${index}].Sid: "${source.Sid}" is there twice`);
    sids.add(source.Sid);
  }
  return { statements, faults };
}
