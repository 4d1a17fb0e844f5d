import assert from "node:assert/strict";
import {
  ConflictException,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  InvalidParameterException,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { ecsService } from "../../../local/ecs/service.ts";
import { openDoor } from "../gateway/fixtures.ts";
import { administrator } from "../iam/fixtures.ts";
import { DEFINITION, EcsHarness, temporaryFolder, until } from "./fixtures.ts";

describe("ECS behind the door", () => {
  it("serves the AWS SDK", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, script: "exec sleep 60" });
    const door = await openDoor({ iam: ecs.iam, services: [ecsService(ecs.tasks)], committed: () => ecs.store.committed() });
    const client = new ECSClient(door.client(administrator));
    const run = (count: number) =>
      client.send(
        new RunTaskCommand({
          cluster: "jobs",
          taskDefinition: "job",
          count,
          clientToken: "one",
          propagateTags: "TASK_DEFINITION",
          capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }],
          networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"], assignPublicIp: "ENABLED" } },
        }),
      );
    try {
      const { tasks: [task] = [] } = await run(1);
      const taskArn = task!.taskArn!;
      assert.ok(Math.abs(task!.createdAt!.getTime() - Date.now()) < 60_000);
      assert.deepEqual(task!.tags, [{ key: "project", value: "durable-workflows" }]);
      assert.deepEqual((await client.send(new ListTasksCommand({ cluster: "jobs" }))).taskArns, [taskArn]);
      await assert.rejects(run(2), (error) => error instanceof ConflictException && error.resourceIds?.[0] === taskArn);
      await assert.rejects(client.send(new RunTaskCommand({ cluster: "jobs", taskDefinition: DEFINITION })), InvalidParameterException);

      await until(() => ecs.statuses(taskArn).includes("RUNNING"), "the task to run");
      await client.send(new StopTaskCommand({ cluster: "jobs", task: taskArn, reason: "enough" }));
      await until(() => ecs.statuses(taskArn).includes("STOPPED"), "the task to stop");
      const { tasks: [ended] = [] } = await client.send(new DescribeTasksCommand({ cluster: "jobs", tasks: [taskArn] }));
      assert.deepEqual([ended!.stoppedReason, ended!.containers![0]!.exitCode, ended!.stoppedAt! >= ended!.startedAt!], ["enough", 143, true]);
      const { taskDefinition } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: DEFINITION }));
      assert.equal(taskDefinition!.containerDefinitions![0]!.environment![0]!.name, "FROM_DEFINITION");
    } finally {
      client.destroy();
      await door.gateway.close();
    }
  });
});
