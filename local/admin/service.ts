import * as z from "zod";
import { FASTEST, SIGNING_NAME, TARGET_PREFIX } from "../../operator/local-clock.ts";
import type { AdjustableClock } from "../clock.ts";
import type { DurableEngine } from "../durable/engine.ts";
import type { EcsTasks } from "../ecs/tasks.ts";
import { jsonOperation, jsonService } from "../gateway/json-protocol.ts";
import type { Service } from "../gateway/service.ts";

interface Controlled {
  readonly clock: AdjustableClock;
  readonly engine: Pick<DurableEngine, "skipToNextTimer">;
  readonly tasks: Pick<EcsTasks, "interrupt">;
}

/**
 * What AWS has no API for: the running stack's time (`GetClock`, `SetSpeed`, `SkipToNextTimer`), and the loss of Spot capacity
 * (`InterruptTask`). It is reached like any AWS service, so that only who may do everything, the local developer, may do this.
 */
export function adminService({ clock, engine, tasks }: Controlled): Service {
  const describeClock = () => ({ Speed: clock.speed });
  return jsonService({
    signingName: SIGNING_NAME,
    targetPrefix: TARGET_PREFIX,
    version: "1.0",
    operations: {
      GetClock: jsonOperation({
        input: z.strictObject({}),
        access: () => [{ action: "local:GetClock", resource: "*" }],
        execute: describeClock,
      }),
      SetSpeed: jsonOperation({
        input: z.strictObject({ Speed: z.number().min(1).max(FASTEST) }),
        access: () => [{ action: "local:SetSpeed", resource: "*" }],
        execute({ Speed }) {
          clock.setSpeed(Speed);
          return describeClock();
        },
      }),
      SkipToNextTimer: jsonOperation({
        input: z.strictObject({ DurableExecutionArn: z.string().min(1) }),
        access: ({ DurableExecutionArn }) => [{ action: "local:SkipToNextTimer", resource: DurableExecutionArn }],
        execute({ DurableExecutionArn }) {
          const { due, operations } = engine.skipToNextTimer(DurableExecutionArn);
          return {
            DueTimestamp: due / 1000,
            Operations: operations.map(({ id, name, type }) => ({ Id: id, Name: name, Type: type })),
          };
        },
      }),
      InterruptTask: jsonOperation({
        input: z.strictObject({ TaskArn: z.string().min(1) }),
        access: ({ TaskArn }) => [{ action: "local:InterruptTask", resource: TaskArn }],
        execute({ TaskArn }) {
          const { arn, stopCode } = tasks.interrupt(TaskArn);
          return { TaskArn: arn, StopCode: stopCode };
        },
      }),
    },
  });
}
