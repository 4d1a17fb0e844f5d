import { after, type Cancel, type Clock } from "../clock.ts";
import { type ContainerEnd, ContainerProcess } from "./container-process.ts";
import { memoryWatch } from "../lambda/memory-watch.ts";
import type { Launch } from "./launch.ts";
import type { ContainerState, Task } from "./task.ts";

const OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage";

/** The processes of one task. */
export class TaskRun {
  /** Absent for a task without a role. */
  readonly accessKeyId: string | undefined;
  #launches: readonly Launch[];
  readonly #clock: Clock;
  readonly #onLines: (launch: Launch, lines: readonly string[]) => void;
  readonly #onRunning: () => void;
  readonly #onContainerEnd: () => void;
  readonly #processes = new Map<string, ContainerProcess>();
  readonly #ends = new Map<string, ContainerEnd>();
  readonly #kills = new Map<string, Cancel>();
  readonly #memoryBytes: number;
  #started = 0;
  #unwatchMemory: () => void = () => undefined;

  constructor(options: {
    launches: readonly Launch[];
    accessKeyId: string | undefined;
    clock: Clock;
    /** What all containers together may use. */
    memoryBytes: number;
    onLines: (launch: Launch, lines: readonly string[]) => void;
    /** All containers have started. */
    onRunning: () => void;
    onContainerEnd: () => void;
  }) {
    this.accessKeyId = options.accessKeyId;
    this.#launches = options.launches;
    this.#clock = options.clock;
    this.#memoryBytes = options.memoryBytes;
    this.#onLines = options.onLines;
    this.#onRunning = options.onRunning;
    this.#onContainerEnd = options.onContainerEnd;
  }

  get launches(): readonly Launch[] {
    return this.#launches;
  }

  /** The task ends without having started. */
  fail(reason: string): void {
    for (const { container } of this.#launches) this.#ends.set(container, { failure: reason });
  }

  /** @param launches the task's own, in its copies of the images */
  spawn(launches: readonly Launch[]): void {
    this.#launches = launches;
    this.#watchMemory();
    for (const launch of this.#launches) {
      const process = new ContainerProcess(launch, {
        onStarted: () => {
          this.#started += 1;
          if (this.#started === this.#launches.length) this.#onRunning();
        },
        onLines: (lines) => this.#onLines(launch, lines),
      });
      this.#processes.set(launch.container, process);
      void process.ended.then((end) => {
        this.#kills.get(launch.container)?.();
        this.#ends.set(launch.container, end);
        if (this.allEnded) this.#unwatchMemory();
        this.#onContainerEnd();
      });
    }
  }

  /** The container that uses most is killed when all use more than the task has, as the kernel does on Fargate. */
  #watchMemory(): void {
    this.#unwatchMemory = memoryWatch.watch({
      groups: () => [...this.#processes.values()].flatMap(({ group }) => group ?? []),
      limitBytes: this.#memoryBytes,
      exceeded: (most) => [...this.#processes.values()].find(({ group }) => group === most)?.kill(OUT_OF_MEMORY),
    });
  }

  /** Asks every container to end, and ends those that have not when their stop time-out is over. */
  requestStop(): void {
    for (const launch of this.#launches) {
      const process = this.#processes.get(launch.container);
      if (process === undefined || this.#ends.has(launch.container)) continue;
      process.signal(launch.stopSignal);
      this.#kills.set(
        launch.container,
        after(this.#clock, this.#clock.scale(launch.stopTimeoutSeconds * 1000), () => process.kill()),
      );
    }
  }

  /** Ends every container now; resolves when all have ended. */
  async kill(): Promise<void> {
    for (const cancel of this.#kills.values()) cancel();
    for (const process of this.#processes.values()) process.kill();
    await Promise.all([...this.#processes.values()].map((process) => process.ended));
  }

  get allEnded(): boolean {
    return this.#ends.size === this.#launches.length;
  }

  get essentialEnded(): boolean {
    return this.#launches.some((launch) => launch.essential && this.#ends.has(launch.container));
  }

  containersOf(task: Task): readonly ContainerState[] {
    return task.containers.map((container) => {
      const end = this.#ends.get(container.name);
      if (end === undefined) return container;
      return { ...container, lastStatus: "STOPPED", ...("failure" in end ? { reason: end.failure } : end) };
    });
  }

  /** Why the task stopped, unless it was stopping for a reason already. */
  stopOf(task: Task): Pick<Task, "stopCode" | "stoppedReason"> {
    if (task.stopCode !== undefined) return {};
    const failed = [...this.#ends.values()].find((end) => "failure" in end);
    if (failed !== undefined) return { stopCode: "TaskFailedToStart", stoppedReason: failed.failure };
    return { stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited" };
  }
}
