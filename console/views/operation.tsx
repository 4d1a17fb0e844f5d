import { useState } from "preact/hooks";
import { hasEnded } from "../../operator/execution-status.ts";
import type { ChangeKind } from "../../operator/page/api.ts";
import type { ExecutionView, Operation } from "../../operator/page/execution-api.ts";
import { act } from "../client.ts";
import { duration, executionHref, titleOf, words } from "../format.ts";
import { useRead } from "../hooks.ts";
import { Attempts } from "../parts/attempts.tsx";
import { ActionButton, Payload, Show, Status } from "../parts/basics.tsx";
import { Logs } from "../parts/logs.tsx";
import { Panel } from "../parts/panel.tsx";

const CHANGES: readonly ChangeKind[] = ["executions", "tasks"];

/** What a bar of the timeline stands for. */
export function OperationPanel(props: {
  /** The execution that the operation belongs to. */
  readonly execution: ExecutionView;
  readonly operation: Operation;
  /** Whether that is not the execution that is shown. */
  readonly nested: boolean;
  /** Number of the attempt whose lines of the log are wanted; those of all when absent. */
  readonly attempt: number | undefined;
  readonly now: number;
  readonly onAttempt: (attempt: number | undefined) => void;
  readonly onClose: () => void;
}) {
  const { execution, operation, attempt, now } = props;
  const kinds: readonly ChangeKind[] = operation.endedAt === undefined ? [...CHANGES, "logs"] : CHANGES;
  const view = useRead("operation", { arn: execution.arn, id: operation.id, attempt }, kinds, execution.executionId);
  const open = operation.kind === "CALLBACK" && operation.status === "STARTED" && !hasEnded(execution.status);
  return (
    <Panel title={titleOf(operation)} label={`Operation ${titleOf(operation)}`} onClose={props.onClose}>
      <p>
        {words(operation.subType ?? operation.kind)} · <Status status={operation.status} /> · {duration((operation.endedAt ?? execution.endedAt ?? now) - operation.startedAt)}
        {operation.dueAt !== undefined && operation.dueAt > now && <> · {duration(operation.dueAt - now)} left</>}
        {operation.timeoutAt !== undefined && <> · times out in {duration(operation.timeoutAt - now)}</>}
      </p>
      {props.nested && (
        <p>
          in <a href={`${executionHref(execution.arn)}?operation=${operation.id}`}>{execution.workflow}</a>
        </p>
      )}
      {operation.executionArn !== undefined && (
        <p>
          <a href={executionHref(operation.executionArn)}>The execution that it started</a>
        </p>
      )}
      {open && operation.callbackId !== undefined && <Answer callbackId={operation.callbackId} />}
      {operation.kind === "TASK" && <TaskPart operation={operation} now={now} />}
      {operation.attempts.length > 0 && <Attempts attempts={operation.attempts} now={now} chosen={attempt} onChoose={props.onAttempt} />}
      <Show of={view}>
        {({ input, result, error, logs }) => (
          <>
            {error !== undefined && (
              <p class="notice bad">
                <b>{error.type}</b> {error.message}
              </p>
            )}
            {input !== undefined && <Payload label="Input" text={input} />}
            {result !== undefined && <Payload label="Result" text={result} />}
            <Logs lines={logs} of={attempt === undefined ? undefined : `attempt ${attempt}`} />
          </>
        )}
      </Show>
    </Panel>
  );
}

function Answer({ callbackId }: { readonly callbackId: string }) {
  const [text, setText] = useState('{"answer":"from the console"}');
  return (
    <section class="answer" aria-label="Answer the callback">
      <label>
        Answer the callback
        <textarea rows={3} value={text} onInput={(event) => setText(event.currentTarget.value)} spellcheck={false} />
      </label>
      <div class="actions">
        <ActionButton kind="primary" act={() => act("callback", { callbackId, outcome: "success", result: text })}>
          Succeed
        </ActionButton>
        <ActionButton kind="danger" act={() => act("callback", { callbackId, outcome: "failure", errorType: "Rejected", errorMessage: text })}>
          Fail
        </ActionButton>
        <ActionButton act={() => act("callback", { callbackId, outcome: "heartbeat" })}>Heartbeat</ActionButton>
      </div>
    </section>
  );
}

function TaskPart({ operation: { taskArn, phases, endedAt }, now }: { readonly operation: Operation; readonly now: number }) {
  return (
    <>
      <ul class="items">
        {phases.map(({ name, from, to }) => (
          <li key={name}>
            {name} <span class="side">{duration((to ?? endedAt ?? now) - from)}</span>
          </li>
        ))}
      </ul>
      {endedAt === undefined && taskArn !== undefined && (
        <div class="actions">
          <ActionButton kind="danger" act={() => act("stop-task", { arn: taskArn })}>
            Stop task
          </ActionButton>
        </div>
      )}
    </>
  );
}
