/** A request before it is signed. */
export interface PlainRequest {
  readonly service: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Outputs = Readonly<Record<string, unknown>>;

/** One sound request of each kind, that costs the stack little; no mutation of them starts more than a function that refuses its input. */
export function soundRequests(outputs: Outputs, queueUrl: string): readonly PlainRequest[] {
  const cluster = outputs["clusterArn"];
  const TableName = outputs["jobTableName"];
  const fn = encodeURIComponent(String(outputs["mathAliasArn"]));
  const execution = encodeURIComponent(`${String(outputs["mathAliasArn"])}/durable-execution/a/b`);
  const Key = { jobId: { S: "a" } };
  const target = (service: string, prefix: string, version = "1.0") => (operation: string, input: object): PlainRequest => ({
    service, method: "POST", path: "/", headers: { "x-amz-target": `${prefix}.${operation}`, "content-type": `application/x-amz-json-${version}` }, body: JSON.stringify(input),
  });
  const rest = (service: string, method: string, path: string, input?: unknown, headers = {}): PlainRequest => ({
    service, method, path, headers: { "content-type": "application/json", ...headers }, body: input === undefined ? "" : JSON.stringify(input),
  });
  const ecs = target("ecs", "AmazonEC2ContainerServiceV20141113", "1.1");
  const dynamodb = target("dynamodb", "DynamoDB_20120810");
  const sqs = target("sqs", "AmazonSQS");
  const logs = target("logs", "Logs_20140328", "1.1");
  const group = { logGroupName: outputs["mathLogGroupName"] };
  const schedule = {
    ScheduleExpression: "cron(0 12 * * ? 2199)", FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 5 }, StartDate: 1_900_000_000, EndDate: 2_000_000_000.5,
    Target: { Arn: outputs["mathAliasArn"], RoleArn: "arn:aws:iam::000000000000:role/none", Input: "{}", RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 } },
  };
  return [
    ecs("RunTask", { cluster, taskDefinition: "none:1", count: 1, launchType: "FARGATE", overrides: { containerOverrides: [{ name: "job", environment: [{ name: "A", value: "b" }] }] }, tags: [{ key: "a", value: "b" }] }),
    ecs("DescribeTasks", { cluster, tasks: ["a"], include: ["TAGS"] }),
    ecs("ListTasks", { cluster, startedBy: "a", desiredStatus: "STOPPED", maxResults: 10, nextToken: "1" }),
    ecs("StopTask", { cluster, task: "a", reason: "b" }),
    ecs("DescribeTaskDefinition", { taskDefinition: "job" }),
    dynamodb("GetItem", { TableName, Key, ConsistentRead: true, ProjectionExpression: "jobId, #s", ExpressionAttributeNames: { "#s": "status" } }),
    dynamodb("PutItem", { TableName, Item: { ...Key, list: { L: [{ N: "1" }, { M: { a: { BOOL: true } } }] }, none: { NULL: true }, set: { SS: ["a"] } }, ConditionExpression: "attribute_not_exists(jobId)" }),
    dynamodb("UpdateItem", { TableName, Key, UpdateExpression: "SET a = :a", ExpressionAttributeValues: { ":a": { N: "1" } }, ReturnValues: "ALL_NEW" }),
    dynamodb("DeleteItem", { TableName, Key, ConditionExpression: "a = :a", ExpressionAttributeValues: { ":a": { S: "x" } } }),
    dynamodb("Query", { TableName, KeyConditionExpression: "jobId = :a", ExpressionAttributeValues: { ":a": { S: "x" } }, Limit: 5, ExclusiveStartKey: Key }),
    dynamodb("Scan", { TableName, FilterExpression: "a = :a", ExpressionAttributeValues: { ":a": { S: "x" } }, Segment: 0, TotalSegments: 2 }),
    dynamodb("BatchGetItem", { RequestItems: { [String(TableName)]: { Keys: [Key] } } }),
    dynamodb("BatchWriteItem", { RequestItems: { [String(TableName)]: [{ PutRequest: { Item: Key } }] } }),
    dynamodb("DescribeTable", { TableName }),
    sqs("SendMessage", { QueueUrl: queueUrl, MessageBody: "a", MessageAttributes: { a: { DataType: "String", StringValue: "b" } }, DelaySeconds: 0 }),
    sqs("ReceiveMessage", { QueueUrl: queueUrl, MaxNumberOfMessages: 1, VisibilityTimeout: 0, WaitTimeSeconds: 0, AttributeNames: ["All"], MessageAttributeNames: ["a.*"] }),
    sqs("DeleteMessage", { QueueUrl: queueUrl, ReceiptHandle: "a" }),
    sqs("GetQueueAttributes", { QueueUrl: queueUrl, AttributeNames: ["All"] }),
    logs("FilterLogEvents", { ...group, startTime: 0, endTime: 1, filterPattern: '"a" -b', limit: 10 }),
    logs("GetLogEvents", { ...group, logStreamName: "a", limit: 10, startFromHead: true, nextToken: "f/1" }),
    logs("DescribeLogStreams", { ...group, orderBy: "LastEventTime", descending: true, limit: 5 }),
    logs("DescribeLogGroups", { logGroupNamePrefix: "/", limit: 5 }),
    rest("scheduler", "POST", "/schedules/mutant", schedule),
    rest("scheduler", "PUT", "/schedules/mutant", schedule),
    rest("scheduler", "GET", "/schedules?MaxResults=5&NamePrefix=a&State=ENABLED"),
    rest("scheduler", "GET", "/schedules/mutant?groupName=default"),
    rest("scheduler", "POST", "/schedule-groups/mutants", { ClientToken: "a" }),
    rest("lambda", "POST", `/2015-03-31/functions/${fn}/invocations`, { num1: 1 }, { "x-amz-invocation-type": "DryRun" }),
    rest("lambda", "POST", `/2015-03-31/functions/${fn}/invocations`, { num1: "x" }, { "x-amz-invocation-type": "DryRun", "x-amz-durable-execution-name": "mutant" }),
    rest("lambda", "GET", `/2015-03-31/functions/${fn}/configuration?Qualifier=live`),
    rest("lambda", "GET", "/2015-03-31/functions?MaxItems=5&Marker=a"),
    rest("lambda", "GET", `/2025-12-01/functions/${fn}/durable-executions?MaxItems=5&Statuses=FAILED&StartedAfter=1&ReverseOrder=true&Marker=a`),
    rest("lambda", "GET", `/2025-12-01/durable-executions/${execution}?IncludeExecutionData=true`),
    rest("lambda", "GET", `/2025-12-01/durable-executions/${execution}/history?MaxItems=5&Marker=a`),
    rest("lambda", "GET", `/2025-12-01/durable-executions/${execution}/state?CheckpointToken=a&MaxItems=1`),
    rest("lambda", "POST", `/2025-12-01/durable-executions/${execution}/checkpoint`, { CheckpointToken: "a", Updates: [{ Id: "1", Type: "STEP", Action: "START", StepOptions: { NextAttemptDelaySeconds: 1 } }] }),
    rest("lambda", "POST", `/2025-12-01/durable-executions/${execution}/stop`, { ErrorType: "a", ErrorMessage: "b", StackTrace: ["c"] }),
    rest("lambda", "POST", `/2025-12-01/durable-executions/${execution}/pause`, { ClientToken: "a", Reason: "b", ExecutionTimeoutPaused: true }),
    rest("lambda", "POST", `/2025-12-01/durable-executions/${execution}/resume`, { ClientToken: "a", Reason: "b" }),
    rest("lambda", "DELETE", `/2025-12-01/durable-executions/${execution}`),
    rest("lambda", "POST", "/2025-12-01/durable-execution-callbacks/abc/succeed", { a: 1 }),
    rest("lambda", "POST", "/2025-12-01/durable-execution-callbacks/abc/fail", { ErrorType: "a" }),
    target("local", "LocalStack")("SkipToNextTimer", { DurableExecutionArn: "a" }),
    target("local", "LocalStack")("GetClock", {}),
  ];
}
