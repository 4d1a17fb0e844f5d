import type { Store } from "../store/store.ts";
import type { Task } from "./task.ts";

/** Reading tasks across clusters and beyond the hour after which the API forgets them. Rows are the task table's own. */
export class TaskBrowser {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The newest tasks, those that have not stopped first. */
  newest(limit: number): Task[] {
    return this.#read("SELECT task FROM ecs_task ORDER BY last_status = 'STOPPED', sequence DESC LIMIT ?", limit);
  }

  /** Tasks of an execution, oldest first. @param startedBy id of the execution */
  startedBy(startedBy: string): Task[] {
    return this.#read("SELECT task FROM ecs_task WHERE started_by = ? ORDER BY sequence", startedBy);
  }

  /** A text that differs whenever a task has been started or has changed. */
  fingerprint(): string {
    const row = this.#store
      .prepare(
        `SELECT (SELECT max(sequence) FROM ecs_task) AS newest, (SELECT max(stopped_at) FROM ecs_task WHERE stopped_at IS NOT NULL) AS stopped,
                (SELECT group_concat(id || last_status) FROM ecs_task WHERE last_status <> 'STOPPED') AS open`,
      )
      .get();
    return JSON.stringify(row);
  }

  #read(sql: string, ...parameters: (string | number)[]): Task[] {
    return this.#store
      .prepare(sql)
      .all(...parameters)
      .map(({ task }) => JSON.parse(String(task)) as Task);
  }
}
