import { rename, rm, writeFile } from "node:fs/promises";
import { reportFault } from "../contain.ts";
import type { StackDeclaration } from "../declarations.ts";
import type { EcsTasks } from "../ecs/tasks.ts";
import type { BusEvent } from "../events/event.ts";
import type { EnvironmentPool } from "../lambda/pool.ts";
import { removeOtherCode } from "../lambda/published-code.ts";
import type { FunctionRegistry } from "../lambda/registry.ts";
import type { LogStore } from "../logs/log-store.ts";
import { publish } from "../program/publish.ts";
import type { Evaluation, Publication, Revisions } from "../program/resource.ts";
import { readRevisions, writeRevisions } from "../program/revisions.ts";
import { declareStack } from "../providers/declaration.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Store } from "../store/store.ts";
import { readDeclaration, writeDeclaration } from "./declaration-row.ts";
import { describeChanges } from "./describe-changes.ts";
import { withRetained } from "./retained.ts";
import { versionsInUse } from "./versions-in-use.ts";

/** Between the end of an execution and the end of what it alone has needed; and between two checks for work that is queued. */
const PRUNE_DELAY_MS = 300;

export interface DeploymentOptions {
  readonly store: Store;
  readonly registry: FunctionRegistry;
  readonly pool: EnvironmentPool;
  readonly scheduler: Scheduler;
  readonly tasks: EcsTasks;
  readonly logs: LogStore;
  /** Everything else that takes up declarations, in this order. */
  readonly services: readonly { apply(declaration: StackDeclaration): void }[];
  readonly functionsFolder: string;
  /** Written after each deployment. */
  readonly outputsFile: string;
  /** What the file holds beside the stack outputs. */
  readonly connection: Readonly<Record<string, unknown>>;
}

/**
 * Puts evaluations of the program into effect, one after the other. The services take up the whole of a declaration or nothing
 * of it. What superseded versions need is kept until their executions have ended.
 */
export class Deployment {
  readonly #options: DeploymentOptions;
  #evaluation: Evaluation | undefined;
  #publication: Publication = { resources: [], outputs: {}, revisions: {} };
  #declaration: StackDeclaration | undefined;
  /** Whether superseded versions are kept for open executions. */
  #keepsVersions = false;
  /** Whether something that is not declared any more is kept for them. */
  #retains = false;
  #pruning: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: DeploymentOptions) {
    this.#options = options;
  }

  /** @throws Error before the first deployment */
  get evaluation(): Evaluation {
    if (this.#evaluation === undefined) throw new Error("Nothing was deployed yet.");
    return this.#evaluation;
  }

  get publication(): Publication {
    return this.#publication;
  }

  get functionCount(): number {
    return this.#declaration?.functions.length ?? 0;
  }

  /**
   * Publishes the code as it is now, with a new evaluation or the one before.
   *
   * @returns what has changed since the last deployment, in few words
   * @throws UserError naming what cannot be published or taken up; everything is as it was then
   */
  deploy(evaluation?: Evaluation): Promise<string[]> {
    return this.#inTurn(() => this.#deploy(evaluation ?? this.evaluation));
  }

  /** Notes that an execution may have been the last one of a superseded version. */
  noticed({ detailType, detail }: BusEvent): void {
    if (this.#keepsVersions && detailType === "Durable Execution Status Change" && detail.status !== "RUNNING") this.#pruneSoon();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#pruning);
    await this.#last.catch(() => undefined);
  }

  async #deploy(evaluation: Evaluation): Promise<string[]> {
    const { store, functionsFolder } = this.#options;
    const publication = await publish(evaluation, readRevisions(store));
    const { declaration } = await declareStack(publication.resources, functionsFolder);
    const before = this.#declaration;
    const changes = before === undefined ? [] : describeChanges(before, declaration);
    if (before === undefined || changes.length > 0) this.#takeUp(declaration, publication.revisions);
    await store.committed();
    this.#evaluation = evaluation;
    this.#publication = publication;
    this.#declaration = declaration;
    await this.#writeOutputs();
    this.#pruneSoon();
    return changes;
  }

  /** In one transaction with the revisions. */
  #takeUp(declaration: StackDeclaration, revisions: Revisions): void {
    const { store, services, registry, logs } = this.#options;
    const before = readDeclaration(store);
    try {
      store.write(() => {
        writeRevisions(store, revisions);
        // The registry says which versions are superseded: it has to know the new ones first.
        registry.apply(declaration);
        const whole = withRetained(declaration, before, this.#textInUse());
        this.#retains = whole !== declaration;
        for (const service of services) service.apply(whole);
        writeDeclaration(store, whole);
        const functions = [...declaration.functions, ...this.#use().used];
        // Lines are in a file of their own, which is not rolled back.
        store.afterCommit(() => logs.apply({ logGroups: whole.logGroups, functions }));
      });
    } catch (error) {
      if (this.#declaration !== undefined && before !== undefined) {
        registry.read();
        for (const service of [registry, ...services]) service.apply(before);
      }
      throw error;
    }
  }

  #use() {
    return versionsInUse(this.#options.registry.superseded(), this.#options);
  }

  /** Everything that superseded versions with open executions, and open tasks, are made of. */
  #textInUse(): string {
    const { tasks } = this.#options;
    const open = tasks.table.open().flatMap(({ taskDefinitionArn, clusterArn }) => [clusterArn, tasks.definitions.taskDefinition(taskDefinitionArn)]);
    return [...this.#use().used, ...open].map((part) => JSON.stringify(part)).join("\n");
  }

  #pruneSoon(): void {
    if (this.#stopped) return;
    this.#pruning ??= setTimeout(() => {
      this.#pruning = undefined;
      this.#contained(() => this.#prune());
    }, PRUNE_DELAY_MS).unref();
  }

  /** Removes superseded versions that nothing needs any more: what they retain, their processes and then their files. */
  async #prune(): Promise<void> {
    if (this.#stopped || this.#declaration === undefined) return;
    const { store, registry, pool } = this.#options;
    const { used, unused, passing } = this.#use();
    this.#keepsVersions = used.length > 0;
    if (unused.length > 0) store.write(() => registry.forget(unused));
    if (unused.length > 0 && this.#retains) this.#takeUp(this.#declaration, this.#publication.revisions);
    await store.committed();
    const kept = new Set(registry.all().map(({ codeFolder }) => codeFolder));
    // Not awaited in turn: an environment may be busy, and the next deployment need not wait for it.
    void pool.retire(({ codeFolder }) => kept.has(codeFolder)).then(() => this.#contained(() => this.#removeFiles()));
    if (passing) this.#pruneSoon();
  }

  async #removeFiles(): Promise<void> {
    if (this.#stopped) return;
    await removeOtherCode(this.#options.functionsFolder, this.#options.registry.all());
    await this.#options.tasks.definitions.removeOtherImages(this.#textInUse());
  }

  #contained(work: () => Promise<void>): void {
    this.#inTurn(work).catch((error: unknown) => reportFault("The removal of superseded versions", error));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn;
    return turn;
  }

  /** Moved into place, so that whoever reads it never gets a part. */
  async #writeOutputs(): Promise<void> {
    const { outputsFile, connection } = this.#options;
    const draft = `${outputsFile}.${process.pid}`;
    try {
      await writeFile(draft, `${JSON.stringify({ ...connection, outputs: this.#publication.outputs }, null, 2)}\n`, { mode: 0o600 });
      await rename(draft, outputsFile);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}
