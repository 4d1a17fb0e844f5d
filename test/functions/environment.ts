import { taskEnvironment } from "./task-environment.ts";

/** Imported for its effect, before any handler: the handlers read their environment when they load, as on Lambda. */
Object.assign(process.env, {
  AWS_REGION: "eu-central-1",
  CLUSTER_ARN: "arn:aws:ecs:eu-central-1:111122223333:cluster/jobs",
  JOBS: JSON.stringify(taskEnvironment.JOBS),
  CONTAINER_NAME: "job",
  SUBNET_IDS: "subnet-a,subnet-b",
  SECURITY_GROUP_IDS: "sg-1",
  ASSIGN_PUBLIC_IP: "ENABLED",
  CAPACITY_PROVIDER: "FARGATE_SPOT",
  JOB_TIME_LIMIT_SECONDS: "3600",
  JOB_CAPACITY_WAIT_SECONDS: "21600",
  JOB_MAX_ATTEMPTS: "3",
  HEARTBEAT_TIMEOUT_SECONDS: "60",
  JOB_TABLE_NAME: "jobs",
  JOB_RECORD_TTL_DAYS: "30",
  SCHEDULE_GROUP_NAME: "reminders",
  SCHEDULE_ROLE_ARN: "arn:aws:iam::111122223333:role/reminder-schedules",
  REMINDER_ARN: "arn:aws:lambda:eu-central-1:111122223333:function:reminder:live",
  SCHEDULE_DEAD_LETTER_QUEUE_ARN: "arn:aws:sqs:eu-central-1:111122223333:schedules-dlq",
  OCCURRENCE_TABLE_NAME: "occurrences",
  OCCURRENCE_TTL_DAYS: "400",
  DISPATCH_JOB_ARN: "arn:aws:lambda:eu-central-1:111122223333:function:dispatch-job:live",
  JOB_FUNCTIONS: "poll-job,dispatch-job,callback-job",
});
