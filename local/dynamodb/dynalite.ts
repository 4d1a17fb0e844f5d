import { createRequire } from "node:module";

/** The parts of dynalite that work without its HTTP server, which would be an open port without authentication. */
interface DynaliteStore {
  readonly tableDb: { awsAccountId: string; awsRegion: string; get(name: string, done: Done): void; del(name: string, done: Done): void };
  readonly lifecycleManager: { gracefulClose(): Promise<void> };
}
interface Validation {
  readonly types: object;
  readonly custom?: unknown;
}
interface Validations {
  checkTypes(input: object, types: object): object;
  checkValidations(input: object, types: object, custom: unknown, store: DynaliteStore): void;
}
type Done = (error: Error | null | undefined, output?: object) => void;
type Action = (store: DynaliteStore, input: object, done: Done) => void;

// dynalite has no types and is CommonJS: what is required is cast to what its sources show.
const require = createRequire(import.meta.url);
const database = require("dynalite/db") as { create(options: object): DynaliteStore };
const validations = require("dynalite/validations") as Validations;

export interface DynaliteAnswer {
  readonly status: number;
  readonly body: object;
}

/**
 * dynalite on a folder. A write is acknowledged once LevelDB has handed it to the operating system, without fsync: the
 * death of the process loses nothing that was acknowledged, a power cut may.
 */
export class Dynalite {
  readonly #store: DynaliteStore;

  constructor(options: { folder: string; region: string; accountId: string }) {
    // Table states pass at once: nothing waits for a table, they all exist before the first request is taken.
    this.#store = database.create({ path: options.folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    this.#store.tableDb.awsRegion = options.region;
    this.#store.tableDb.awsAccountId = options.accountId;
  }

  /** Rejects when the files cannot be used: listing tables then ends in an error event that nobody could catch. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#store.tableDb.get("", (error) => {
        if (error === null || error === undefined || error.name === "NotFoundError") resolve();
        else reject(error);
      });
    });
  }

  /** Executes one operation. An error of the API is an answer; anything else rejects. */
  async execute(operation: string, input: object): Promise<DynaliteAnswer> {
    const name = operation.charAt(0).toLowerCase() + operation.slice(1);
    const action = require(`dynalite/actions/${name}.js`) as Action;
    const { types, custom } = require(`dynalite/validations/${name}.js`) as Validation;
    try {
      const checked = validations.checkTypes(input, types);
      validations.checkValidations(checked, types, custom, this.#store);
      const body = await new Promise<object>((resolve, reject) => {
        action(this.#store, checked, (error, output) => {
          if (error === null || error === undefined) resolve(output ?? {});
          else reject(error);
        });
      });
      return { status: 200, body };
    } catch (error) {
      if (isApiError(error)) return { status: error.statusCode, body: error.body };
      throw error;
    }
  }

  /** Forgets what a table is, but not its items. */
  forget(tableName: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#store.tableDb.del(tableName, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
  }

  /** Waits for what is under way, then closes the files. */
  close(): Promise<void> {
    return this.#store.lifecycleManager.gracefulClose();
  }
}

function isApiError(error: unknown): error is { statusCode: number; body: object } {
  return typeof error === "object" && error !== null && "statusCode" in error && "body" in error;
}
