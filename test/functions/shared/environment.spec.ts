import assert from "node:assert/strict";
import { parseEnvironment, taskEnvironment } from "../../../functions/shared/environment.ts";

const good = {
  CLUSTER_ARN: "arn:cluster",
  JOBS: '{"sample":"arn:task-definition"}',
  CONTAINER_NAME: "job",
  SUBNET_IDS: "subnet-a,subnet-b",
  SECURITY_GROUP_IDS: "sg-1",
  ASSIGN_PUBLIC_IP: "DISABLED",
  CAPACITY_PROVIDER: "FARGATE",
  JOB_TIME_LIMIT_SECONDS: "3600",
  JOB_CAPACITY_WAIT_SECONDS: "0",
};

describe("the environment of a function", () => {
  it("is read into lists and numbers", () => {
    const { SUBNET_IDS, SECURITY_GROUP_IDS, JOB_TIME_LIMIT_SECONDS, JOB_CAPACITY_WAIT_SECONDS } = parseEnvironment(taskEnvironment, good);
    assert.deepEqual({ SUBNET_IDS, SECURITY_GROUP_IDS, JOB_TIME_LIMIT_SECONDS, JOB_CAPACITY_WAIT_SECONDS }, {
      SUBNET_IDS: ["subnet-a", "subnet-b"],
      SECURITY_GROUP_IDS: ["sg-1"],
      JOB_TIME_LIMIT_SECONDS: 3600,
      JOB_CAPACITY_WAIT_SECONDS: 0,
    });
  });

  it("is refused with every fault at once", () => {
    const faulty = { ...good, CLUSTER_ARN: undefined, SUBNET_IDS: "subnet-a,,", JOBS: "{", JOB_TIME_LIMIT_SECONDS: "0" };
    assert.throws(() => parseEnvironment(taskEnvironment, faulty), /CLUSTER_ARN: .*JOBS: must be JSON.*SUBNET_IDS.*: .*JOB_TIME_LIMIT_SECONDS: /);
  });
});
