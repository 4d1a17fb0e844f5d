import * as ecs from "@aws-sdk/client-ecs";
import { ecsService } from "../../../local/ecs/service.ts";
import { EcsHarness, temporaryFolder } from "../ecs/fixtures.ts";
import { openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator } from "../iam/fixtures.ts";
import { itRefuses, type Refusal } from "./calls.ts";

const cluster = "jobs";
const network = { networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } } };
const run = { cluster, taskDefinition: "job", capacityProviderStrategy: [{ capacityProvider: "FARGATE" }], ...network };

const REFUSALS: Refusal[] = [
  { command: ecs.RunTaskCommand, body: { ...run, cluster: "none" }, code: "ClusterNotFoundException" },
  { command: ecs.RunTaskCommand, body: { ...run, taskDefinition: "none" }, code: "ClientException" },
  { command: ecs.RunTaskCommand, body: { cluster }, code: "InvalidParameterException" },
  { command: ecs.RunTaskCommand, body: { ...run, count: 11 }, code: "InvalidParameterException" },
  { command: ecs.RunTaskCommand, body: { ...run, count: "1" }, code: "SerializationException" },
  { command: ecs.RunTaskCommand, body: { ...run, networkConfiguration: undefined }, code: "InvalidParameterException" },
  { command: ecs.RunTaskCommand, body: { ...run, overrides: { containerOverrides: [{ name: "none" }] } }, code: "InvalidParameterException" },
  { command: ecs.RunTaskCommand, body: { ...run, overrides: { containerOverrides: [{ name: "job", command: ["x".repeat(8193)] }] } }, code: "InvalidParameterException" },
  { command: ecs.DescribeTasksCommand, body: { cluster, tasks: [] }, code: "InvalidParameterException" },
  { command: ecs.DescribeTasksCommand, body: { cluster, tasks: "a" }, code: "SerializationException" },
  { command: ecs.DescribeTasksCommand, body: { cluster: "none", tasks: ["a"] }, code: "ClusterNotFoundException" },
  { command: ecs.ListTasksCommand, body: { cluster: "none" }, code: "ClusterNotFoundException" },
  { command: ecs.ListTasksCommand, body: { cluster, maxResults: 101 }, code: "InvalidParameterException" },
  { command: ecs.ListTasksCommand, body: { cluster, nextToken: "garbage" }, code: "InvalidParameterException" },
  { command: ecs.StopTaskCommand, body: { cluster, task: "none" }, code: "InvalidParameterException" },
  { command: ecs.StopTaskCommand, body: { cluster: "none", task: "none" }, code: "ClusterNotFoundException" },
  { command: ecs.DescribeTaskDefinitionCommand, body: { taskDefinition: "none" }, code: "ClientException" },
  { command: ecs.DescribeTaskDefinitionCommand, body: {}, code: "InvalidParameterException" },
  { command: ecs.DescribeClustersCommand, body: { clusters: "jobs" }, code: "SerializationException" },
  { command: ecs.ListClustersCommand, body: { maxResults: 0 }, code: "InvalidParameterException" },
  { command: ecs.ListServicesCommand, input: { cluster }, code: "UnknownOperationException" },
];

describe("The error codes of ECS", () => {
  const opened = new AsyncDisposableStack();
  let client: ecs.ECSClient;
  let door: Door;

  before(async () => {
    const folder = opened.use(temporaryFolder());
    const harness = opened.use(new EcsHarness({ folder: folder.path, script: "exit 0" }));
    door = await openDoor({ iam: harness.iam, services: [ecsService(harness.tasks)], committed: () => harness.store.committed() });
    client = new ecs.ECSClient(door.client(administrator));
  });
  after(async () => {
    client.destroy();
    await door.gateway.close();
    await opened.disposeAsync();
  });

  itRefuses("ecs", () => client, REFUSALS);
});
