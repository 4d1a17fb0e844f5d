import { GetDurableExecutionCommand, paginateGetDurableExecutionHistory, type Event, type GetDurableExecutionResponse, type LambdaClient } from "@aws-sdk/client-lambda";

const PAGE = 1_000;

export async function getExecution({ lambda }: { readonly lambda: LambdaClient }, arn: string): Promise<GetDurableExecutionResponse> {
  return lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn, IncludeExecutionData: true }));
}

/** The whole history, oldest first. */
export async function getHistory({ lambda }: { readonly lambda: LambdaClient }, arn: string): Promise<Event[]> {
  const events: Event[] = [];
  for await (const page of paginateGetDurableExecutionHistory({ client: lambda, pageSize: PAGE }, { DurableExecutionArn: arn, IncludeExecutionData: true })) {
    events.push(...(page.Events ?? []));
  }
  return events;
}
