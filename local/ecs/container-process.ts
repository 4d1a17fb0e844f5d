import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { outputOf, signalGroup, spawnGroup } from "../lambda/process-group.ts";
import type { Launch } from "./launch.ts";
import { readLines } from "./task-output.ts";

/** How a container ended: with a code, or without having started. */
export type ContainerEnd = { readonly exitCode: number; readonly reason?: string } | { readonly failure: string };

/** After the process itself has ended, how long output that is still on its way is waited for. */
const OUTPUT_GRACE_MS = 1000;

/** One container of a task, as a process in a group of its own. */
export class ContainerProcess {
  /** Resolves when the process has ended and its output is read. */
  readonly ended: Promise<ContainerEnd>;
  readonly #child: ChildProcess;
  #running = true;
  #killReason: string | undefined;

  constructor(launch: Launch, handlers: { onStarted: () => void; onLines: (lines: readonly string[]) => void }) {
    this.#child = spawnGroup(launch.command, launch.parameters, launch);
    this.#child.once("spawn", handlers.onStarted);
    for (const stream of outputOf(this.#child)) readLines(stream, handlers.onLines);
    this.ended = this.#watch(launch);
  }

  /** Tells the main process alone, as a container runtime does; nothing when it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.#running) this.#child.kill(signal);
  }

  /** Id of its process group, while it runs. */
  get group(): number | undefined {
    return this.#running ? this.#child.pid : undefined;
  }

  /**
   * Ends the process and all that it started.
   *
   * @param reason of the container's end, when it is not the task's
   */
  kill(reason?: string): void {
    if (!this.#running) return;
    this.#killReason ??= reason;
    signalGroup(this.#child, "SIGKILL");
  }

  #watch(launch: Launch): Promise<ContainerEnd> {
    return new Promise((resolve) => {
      let end: ContainerEnd | undefined;
      this.#child.once("error", (error) => {
        this.#running = false;
        resolve({ failure: `CannotStartContainerError: ${error.message}` });
      });
      this.#child.once("exit", (code, signal) => {
        this.#running = false;
        const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
        end = { exitCode, reason: this.#killReason ?? missingProgram(exitCode, launch) };
        // Something that left the group may hold the pipes open for as long as it likes.
        setTimeout(() => {
          for (const stream of outputOf(this.#child)) stream.destroy();
        }, OUTPUT_GRACE_MS).unref();
      });
      this.#child.once("close", () => {
        if (end !== undefined) resolve(end);
      });
    });
  }
}

/** The exit code with which POSIX shells and `env` report a program that they don't find. */
const NOT_FOUND = 127;

/** Why a script may have failed that would have succeeded in its container. */
function missingProgram(exitCode: number, { image }: Launch): string | undefined {
  if (exitCode !== NOT_FOUND || !image.notExecuted?.length) return undefined;
  return `A program was not found. Not executed locally: ${image.notExecuted.join("; ")}`;
}
