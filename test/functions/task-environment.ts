import { JOB_NAMES } from "../../functions/shared/declared-jobs.ts";

const taskDefinition = (job: string) => `arn:aws:ecs:eu-central-1:111122223333:task-definition/${job === "sample" ? "job" : job}:1`;

/** The parsed environment that the job workflows share. */
export const taskEnvironment = {
  CLUSTER_ARN: "arn:aws:ecs:eu-central-1:111122223333:cluster/jobs",
  JOBS: Object.fromEntries(JOB_NAMES.map((job) => [job, taskDefinition(job)])) as Record<string, string>,
  CONTAINER_NAME: "job",
  SUBNET_IDS: ["subnet-a", "subnet-b"],
  SECURITY_GROUP_IDS: ["sg-1"],
  ASSIGN_PUBLIC_IP: "ENABLED" as const,
  CAPACITY_PROVIDER: "FARGATE_SPOT" as const,
  JOB_TIME_LIMIT_SECONDS: 3600,
  JOB_CAPACITY_WAIT_SECONDS: 21_600,
};
