import type { ExecutionView, NextTimer, Operation } from "../../operator/page/execution-api.ts";
import { act } from "../client.ts";
import { duration, moment, titleOf } from "../format.ts";
import { ActionButton } from "./basics.tsx";
import { ConfirmButton } from "./confirm.tsx";

const LABEL = "Skip to it";

/** What time brings about next in a running execution, and a way to have it now. */
export function NextTimerFact({ execution, now }: { readonly execution: ExecutionView; readonly now: number }) {
  const { arn, nextTimer, operations } = execution;
  if (nextTimer === undefined) return <span title="It runs, or waits for an answer that may take any time.">none: nothing to skip to</span>;
  const waiting = operations.filter(({ id }) => nextTimer.operationIds.includes(id));
  const skip = () => act("skip", { arn });
  const callback = waiting.find(({ kind }) => kind === "CALLBACK");
  return (
    <span class="next-timer">
      {said(nextTimer, waiting)} in {duration(nextTimer.due - now)}
      {callback === undefined ? (
        <ActionButton kind="plain" act={skip}>
          {LABEL}
        </ActionButton>
      ) : (
        <ConfirmButton
          kind="plain"
          label={LABEL}
          question={
            <>
              Let the callback {titleOf(callback)} time out now? It is as if nobody had answered it by {moment(nextTimer.due)}.
            </>
          }
          act={skip}
        />
      )}
    </span>
  );
}

function said({ operationIds }: NextTimer, [first]: readonly Operation[]): string {
  if (first === undefined) return "next invocation";
  const others = operationIds.length - 1;
  const name = others === 0 ? titleOf(first) : `${titleOf(first)} and ${others} more`;
  switch (first.kind) {
    case "STEP":
      return `next attempt of ${name}`;
    case "CALLBACK":
      return `time-out of ${name}`;
    default:
      return `end of ${name}`;
  }
}
