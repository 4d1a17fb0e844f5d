import type { StackDeclaration } from "../declarations.ts";
import type { Store } from "../store/store.ts";

export const schema = "CREATE TABLE IF NOT EXISTS deployed_declaration (only INTEGER PRIMARY KEY CHECK (only = 1), declaration TEXT NOT NULL) STRICT";

/** What the services were last given, in this run or the one before; nothing on an empty data folder. */
export function readDeclaration(store: Store): StackDeclaration | undefined {
  const row = store.prepare("SELECT declaration FROM deployed_declaration").get() as { declaration: string } | undefined;
  return row && (JSON.parse(row.declaration) as StackDeclaration); // Written by writeDeclaration and by nothing else.
}

export function writeDeclaration(store: Store, declaration: StackDeclaration): void {
  store.run("INSERT OR REPLACE INTO deployed_declaration (only, declaration) VALUES (1, ?)", JSON.stringify(declaration));
}
