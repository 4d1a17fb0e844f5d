import type { Store } from "../store/store.ts";
import type { Revisions } from "./resource.ts";

export const schema = `
  CREATE TABLE IF NOT EXISTS revisions (
    resource TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    hash TEXT NOT NULL
  ) STRICT`;

/** The revisions that the last evaluation left. */
export function readRevisions(store: Store): Revisions {
  const rows = store.prepare("SELECT resource, revision, hash FROM revisions").all() as { resource: string; revision: number; hash: string }[];
  return Object.fromEntries(rows.map(({ resource, revision, hash }) => [resource, { revision, hash }]));
}

export function writeRevisions(store: Store, revisions: Revisions): void {
  store.write(() => {
    for (const [resource, { revision, hash }] of Object.entries(revisions)) {
      store.run("INSERT OR REPLACE INTO revisions (resource, revision, hash) VALUES (?, ?, ?)", resource, revision, hash);
    }
  });
}
