import { DatabaseSync, type StatementSync } from "node:sqlite";
import { contain } from "../contain.ts";
import { UserError } from "../errors.ts";
import { schema as setAsideSchema } from "./damaged-rows.ts";
import { checkStore, checkStructure, explainSqliteError, isFatal, MARK_NEW_STORE } from "./sqlite-file.ts";

/** Turns that follow each other at once and all write share a commit, and so an fsync, for up to this long. */
const LONGEST_BATCH_MS = 2;

/**
 * The one SQLite file that holds everything that must survive a kill.
 *
 * Writes run at once, inside a transaction that stays open at least until the end of the event-loop turn: whatever the
 * services write in one turn is committed together or not at all, and concurrent requests share one fsync (group commit).
 * Reads on the same connection see those writes immediately.
 */
export class Store {
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #statements = new Map<string, StatementSync>();
  readonly #onFatal: (error: Error) => void;
  #batch: Batch | undefined;
  #failure: Error | undefined;

  private constructor(database: DatabaseSync, file: string, onFatal: (error: Error) => void) {
    this.#database = database;
    this.#file = file;
    this.#onFatal = onFatal;
  }

  /**
   * Opens or creates the store. A file that is damaged, of another version or somebody else's is left as it is.
   *
   * @param options.file path of the SQLite file, or `:memory:` in tests
   * @param options.schemas `CREATE TABLE IF NOT EXISTS …` scripts, one for each service
   * @param options.onFatal told once when the store cannot be written (disk full, I/O error): nothing can be promised after that
   * @param options.maximumPages bound of the file's size in pages of 4 KiB, for tests of a full disk
   * @throws UserError when the file cannot be used
   */
  static open(options: {
    file: string;
    schemas: readonly string[];
    onFatal?: (error: Error) => void;
    maximumPages?: number;
  }): Store {
    const { file, schemas, maximumPages } = options;
    const database = openDatabase(file, (opened) => {
      opened.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
      if (maximumPages !== undefined) opened.exec(`PRAGMA max_page_count = ${maximumPages}`);
      for (const schema of [setAsideSchema, ...schemas]) opened.exec(schema);
    });
    return new Store(
      database,
      file,
      options.onFatal ??
        ((error) => {
          throw error;
        }),
    );
  }

  /** A prepared statement, cached by its text. For reads; writes go through {@link write}. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /**
   * Runs `mutate` in this turn's transaction. When it throws, what it wrote is undone and the error goes to the caller;
   * the rest of the turn's transaction is not touched.
   */
  write<T>(mutate: (store: Store) => T): T {
    this.#open();
    this.#database.exec("SAVEPOINT write");
    try {
      const result = mutate(this);
      this.#database.exec("RELEASE write");
      return result;
    } catch (error) {
      if (this.#failure !== undefined || isFatal(error)) throw this.#fail(error);
      this.#database.exec("ROLLBACK TO write; RELEASE write");
      throw error;
    }
  }

  /** Runs one writing statement in this turn's transaction. */
  run(sql: string, ...parameters: (string | number | bigint | null | Uint8Array)[]): void {
    this.#open().writes++;
    try {
      this.prepare(sql).run(...parameters);
    } catch (error) {
      throw isFatal(error) ? this.#fail(error) : error;
    }
  }

  /** Resolves when everything written so far is on disk; rejects when it cannot be. */
  committed(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return this.#batch?.promise ?? Promise.resolve();
  }

  /** Runs `effect` once everything written so far is on disk: for effects that others can see. At once if nothing is open. */
  afterCommit(effect: () => void): void {
    if (this.#batch === undefined) effect();
    else this.#batch.effects.push(effect);
  }

  /** Commits what is open and closes the file. */
  close(): void {
    this.#flush();
    this.#database.close();
  }

  #open(): Batch {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#batch !== undefined) return this.#batch;
    this.#database.exec("BEGIN IMMEDIATE");
    this.#batch = new Batch();
    this.#flushAfterTurn(this.#batch, performance.now() + LONGEST_BATCH_MS);
    return this.#batch;
  }

  /** Commits at the end of the first turn in which nobody writes. */
  #flushAfterTurn(batch: Batch, latest: number): void {
    const { writes } = batch;
    setImmediate(() => {
      if (this.#batch !== batch) return;
      if (batch.writes === writes || performance.now() >= latest) this.#flush();
      else this.#flushAfterTurn(batch, latest);
    });
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    try {
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#batch = batch;
      this.#fail(error);
      return;
    }
    batch.resolve();
    for (const effect of batch.effects) contain("What follows a commit", effect);
  }

  /** Nothing of this turn has happened, and nothing more will: none of its effects is run. @returns why */
  #fail(error: unknown): Error {
    if (this.#failure !== undefined) return this.#failure;
    const { message } = explainSqliteError(error, this.#file) as Error;
    this.#failure = new UserError(`The local stack's store cannot be written, so the stack ends. What it has answered is kept. ${message}`, { cause: error });
    const batch = this.#batch;
    this.#batch = undefined;
    // SQLite rolls back by itself after some errors, a full disk among them.
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    batch?.reject(this.#failure);
    this.#onFatal(this.#failure);
    return this.#failure;
  }
}

/** @throws UserError when the file is not a store of ours, or damaged */
function openDatabase(file: string, prepare: (database: DatabaseSync) => void): DatabaseSync {
  const kind = file === ":memory:" ? "new" : checkStore(file);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    // Other stacks are kept out by the folder's lock. This one spares SQLite six calls of the system for each commit; it is
    // taken at once, so that a program which has the file open is told of now and not at the first write.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
    if (kind === "new") database.exec(MARK_NEW_STORE);
    else checkStructure(database, file);
    prepare(database);
    return database;
  } catch (error) {
    database?.close();
    throw explainSqliteError(error, file);
  }
}

class Batch {
  /** Statements so far. */
  writes = 0;
  readonly effects: (() => void)[] = [];
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.promise = promise;
    this.resolve = () => resolve(undefined);
    this.reject = reject;
    // Whoever awaits `committed()` sees the rejection; a batch that nobody awaits must not end the process by itself.
    promise.catch(() => undefined);
  }
}
