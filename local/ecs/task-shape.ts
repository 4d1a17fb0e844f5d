import type { Identity } from "../identity.ts";
import type { Task } from "./task.ts";

/** A task as the API answers it: times in seconds. */
export function taskAnswer(task: Task, identity: Identity, options: { tags: boolean }): Record<string, unknown> {
  return { ...shape(task, identity, (milliseconds) => milliseconds / 1000), tags: options.tags ? task.tags : [] };
}

/** A task as the detail of a state-change event: times as text, no tags. */
export function taskEventDetail(task: Task, identity: Identity): Record<string, unknown> {
  const time = (milliseconds: number) => new Date(milliseconds).toISOString();
  return { ...shape(task, identity, time), updatedAt: time(task.updatedAt) };
}

function shape(task: Task, identity: Identity, time: (milliseconds: number) => unknown): Record<string, unknown> {
  const optional = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : time(milliseconds));
  return {
    attachments: [],
    attributes: [{ name: "ecs.cpu-architecture", value: "arm64" }],
    availabilityZone: `${identity.region}a`,
    capacityProviderName: task.capacityProviderName,
    clusterArn: task.clusterArn,
    connectivity: task.startedAt === undefined ? undefined : "CONNECTED",
    containers: task.containers.map((container, index) => ({
      containerArn: `${task.arn.replace(":task/", ":container/")}/${index}`,
      taskArn: task.arn,
      healthStatus: "UNKNOWN",
      networkInterfaces: [],
      ...container,
    })),
    cpu: task.cpu,
    createdAt: time(task.createdAt),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: false,
    executionStoppedAt: optional(task.executionStoppedAt),
    group: task.group,
    healthStatus: "UNKNOWN",
    lastStatus: task.lastStatus,
    launchType: "FARGATE",
    memory: task.memory,
    overrides: { containerOverrides: [], inferenceAcceleratorOverrides: [], ...task.overrides },
    platformFamily: "Linux",
    platformVersion: "1.4.0",
    startedAt: optional(task.startedAt),
    startedBy: task.startedBy,
    stopCode: task.stopCode,
    stoppedAt: optional(task.stoppedAt),
    stoppedReason: task.stoppedReason,
    stoppingAt: optional(task.stoppingAt),
    taskArn: task.arn,
    taskDefinitionArn: task.taskDefinitionArn,
    version: task.version,
  };
}
