import * as z from "zod";
import { CliError, EXIT } from "../exit-codes.ts";
import { requestLocal, type LocalEndpoint } from "./local-api.ts";
import type { Stack } from "./stack.ts";

const clock = z.object({ Speed: z.number() });
const skip = z.object({
  DueTimestamp: z.number(),
  Operations: z.array(z.object({ Id: z.string(), Name: z.string().optional(), Type: z.string() })),
});

/** How many declared seconds pass in one real second; on AWS, one. */
export async function getSpeed({ local }: Stack): Promise<number> {
  return local === undefined ? 1 : clock.parse(await requestLocal(local, "GetClock", {})).Speed;
}

/** @throws CliError for a deployed stack, whose time nobody can change */
export async function setSpeed(stack: Stack, speed: number): Promise<number> {
  return clock.parse(await requestLocal(controlled(stack), "SetSpeed", { Speed: speed })).Speed;
}

/** @throws CliError for a deployed stack */
export async function skipToNextTimer(stack: Stack, arn: string) {
  const { DueTimestamp, Operations } = skip.parse(await requestLocal(controlled(stack), "SkipToNextTimer", { DurableExecutionArn: arn }));
  return {
    arn,
    due: new Date(DueTimestamp * 1000).toISOString(),
    operations: Operations.map(({ Id, Name, Type }) => ({ id: Id, name: Name ?? null, type: Type })),
  };
}

function controlled({ local, name }: Stack): LocalEndpoint {
  if (local === undefined) throw new CliError(EXIT.usage, `The stack ${name} is deployed: only a local stack's clock can be controlled.`);
  return local;
}
