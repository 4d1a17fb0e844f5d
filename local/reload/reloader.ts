import { dirname } from "node:path";
import { reportFault } from "../contain.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { UserError } from "../errors.ts";
import { evaluateProgram } from "../program/evaluate.ts";
import type { EvaluationRequest } from "../program/resource.ts";
import { readBundleStep, runBundleStep } from "./bundle-step.ts";
import { codePlaces } from "./code-places.ts";
import { effectOf } from "./effect.ts";
import { FolderWatch } from "./folder-watch.ts";
import type { ReloadOutcome, ReloadState } from "./reload-state.ts";

/** Editors write a file in several steps, and a person saves several files at once. */
const GATHER_MS = 40;

export interface ReloaderOptions {
  readonly request: EvaluationRequest;
  readonly dataFolder: string;
  readonly deployment: Pick<Deployment, "evaluation" | "deploy">;
  readonly state: ReloadState;
  readonly onReload: (outcome: ReloadOutcome) => void;
}

/** Puts saved changes of the program into effect. A change that fails leaves everything as it was, and is tried again with the next one. */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #watch: FolderWatch;
  /** Files that have changed since the last reload that succeeded has begun. */
  #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #attempt: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;
  #stopped = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#watch = new FolderWatch([options.dataFolder], (path) => this.#noticed(path));
  }

  start(): void {
    this.#watch.add(this.#options.request.projectFolder);
    this.#watchModules();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch.close();
    clearTimeout(this.#timer);
    this.#attempt?.abort.abort();
    await this.#attempt?.ended;
  }

  #noticed(path: string): void {
    this.#changed.add(path);
    // Whatever is under way has read files that are out of date.
    this.#attempt?.abort.abort();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#reload();
    }, GATHER_MS);
  }

  async #reload(): Promise<void> {
    while (this.#attempt !== undefined) await this.#attempt.ended;
    if (this.#stopped) return;
    const abort = new AbortController();
    const changed = this.#changed;
    this.#changed = new Set();
    const ended = this.#try([...changed], abort.signal)
      .catch((error: unknown) => {
        for (const path of changed) this.#changed.add(path);
        this.#failed(error, abort.signal);
      })
      .finally(() => (this.#attempt = undefined));
    this.#attempt = { abort, ended };
    await ended;
  }

  async #try(changed: readonly string[], signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const { request, deployment, state, onReload } = this.#options;
    const { modules, resources } = deployment.evaluation;
    const step = await readBundleStep(request.projectFolder);
    const effect = effectOf(changed, { modules: new Set(modules), bundled: step?.inputs, code: codePlaces(resources) });
    if (effect.kind === "none") return;
    if (effect.kind === "publish" && step !== undefined && effect.toBundle.length > 0) await runBundleStep(step, request.projectFolder, effect.toBundle, signal);
    const evaluation = effect.kind === "evaluate" ? await evaluateProgram(request, signal) : undefined;
    const changes = await deployment.deploy(evaluation);
    const recovered = state.failure !== undefined;
    state.failure = undefined;
    state.count++;
    if (evaluation !== undefined) this.#watchModules();
    if (changes.length > 0 || recovered) onReload({ kind: "reloaded", milliseconds: performance.now() - began, changes });
  }

  #failed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    if (!(error instanceof UserError)) {
      reportFault("A reload", error);
      return;
    }
    const { state, onReload } = this.#options;
    state.failure = error.message;
    state.count++;
    onReload({ kind: "failed", message: error.message });
  }

  /** Modules outside of the program's folder, too. */
  #watchModules(): void {
    for (const folder of new Set(this.#options.deployment.evaluation.modules.map((file) => dirname(file)))) this.#watch.add(folder);
  }
}
