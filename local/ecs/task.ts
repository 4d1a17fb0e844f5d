import type { TaskDefinitionDeclaration } from "../declarations.ts";

export type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

export type StopCode = "TaskFailedToStart" | "EssentialContainerExited" | "UserInitiated" | "TerminationNotice" | "SpotInterruption";

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

export interface ContainerOverride {
  readonly name: string;
  readonly command?: readonly string[];
  readonly environment?: readonly EnvironmentVariable[];
  readonly cpu?: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
}

export interface TaskOverrides {
  readonly containerOverrides?: readonly ContainerOverride[];
  readonly cpu?: string;
  readonly memory?: string;
  readonly taskRoleArn?: string;
  readonly executionRoleArn?: string;
}

export interface ContainerState {
  readonly name: string;
  readonly image: string;
  readonly imageDigest?: string;
  readonly lastStatus: "PENDING" | "RUNNING" | "STOPPED";
  readonly exitCode?: number;
  readonly reason?: string;
}

/** A task as it is recorded. Times are epoch milliseconds. */
export interface Task {
  /** 32 hexadecimal digits: the last part of the ARN. */
  readonly id: string;
  readonly arn: string;
  readonly clusterArn: string;
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly group: string;
  readonly lastStatus: TaskStatus;
  readonly desiredStatus: "RUNNING" | "STOPPED";
  /** Goes up with each change, so that a reader of events can put them in order. */
  readonly version: number;
  readonly cpu: string;
  readonly memory: string;
  readonly overrides: TaskOverrides;
  readonly tags: readonly Tag[];
  readonly startedBy?: string;
  readonly capacityProviderName?: string;
  readonly containers: readonly ContainerState[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt?: number;
  readonly stoppingAt?: number;
  readonly executionStoppedAt?: number;
  readonly stoppedAt?: number;
  readonly stopCode?: StopCode;
  readonly stoppedReason?: string;
}

/** What a caller decides about a task, beside the definition. */
export interface TaskRequest {
  readonly id: string;
  readonly arn: string;
  readonly clusterArn: string;
  readonly definition: TaskDefinitionDeclaration;
  readonly overrides: TaskOverrides;
  readonly tags: readonly Tag[];
  readonly group?: string;
  readonly startedBy?: string;
  readonly capacityProviderName?: string;
}

export function newTask(request: TaskRequest, now: number): Task {
  const { definition, group, ...decided } = request;
  return {
    ...decided,
    taskDefinitionArn: definition.arn,
    family: definition.family,
    group: group ?? `family:${definition.family}`,
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    version: 1,
    cpu: request.overrides.cpu ?? definition.cpu,
    memory: request.overrides.memory ?? definition.memory,
    containers: definition.containers.map(({ name, image }) => ({ name, image, lastStatus: "PENDING" })),
    createdAt: now,
    updatedAt: now,
  };
}

const LIFE_CYCLE: readonly TaskStatus[] = [
  "PROVISIONING",
  "PENDING",
  "ACTIVATING",
  "RUNNING",
  "DEACTIVATING",
  "STOPPING",
  "DEPROVISIONING",
  "STOPPED",
];

/** @returns the statuses that follow the task's up to `last`, in order; a task that stops leaves out what it never reached */
export function statusesUntil(task: Task, last: TaskStatus): readonly TaskStatus[] {
  const end = LIFE_CYCLE.indexOf(last);
  const stop = LIFE_CYCLE.indexOf("DEACTIVATING");
  const next = LIFE_CYCLE.indexOf(task.lastStatus) + 1;
  return LIFE_CYCLE.slice(end >= stop ? Math.max(next, stop) : next, end + 1);
}

/** One step of the life cycle. */
export function step(task: Task, status: TaskStatus, changes: Partial<Task>, now: number): Task {
  return { ...task, ...changes, ...times(status, now), lastStatus: status, version: task.version + 1, updatedAt: now };
}

function times(status: TaskStatus, now: number): Partial<Task> {
  switch (status) {
    case "RUNNING":
      return { startedAt: now };
    case "DEACTIVATING":
      return { stoppingAt: now };
    case "DEPROVISIONING":
      return { executionStoppedAt: now };
    case "STOPPED":
      return { stoppedAt: now };
    default:
      return {};
  }
}

/** Where a container stands when its task stops without having run it, or without word of how it ended. */
export function stoppedContainers(task: Task, reason?: string): readonly ContainerState[] {
  return task.containers.map((container) =>
    container.lastStatus === "STOPPED" ? container : { ...container, lastStatus: "STOPPED", ...(reason === undefined ? {} : { reason }) },
  );
}
