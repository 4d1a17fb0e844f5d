import { useState } from "preact/hooks";
import type { Attempt, ExecutionView, LogLine, Operation } from "../api.ts";
import { act } from "../client.ts";
import { duration, executionHref, titleOf, words } from "../format.ts";
import { useRead } from "../hooks.ts";
import { ActionButton, Moment, Payload, Show, Status } from "../parts/basics.tsx";

/** What a bar of the timeline stands for. */
export function OperationPanel(props: { readonly execution: ExecutionView; readonly operation: Operation; readonly now: number; readonly onClose: () => void }) {
  const { execution, operation, now } = props;
  const view = useRead("operation", { arn: execution.arn, id: operation.id }, ["executions", "tasks"], execution.executionId);
  const open = operation.kind === "CALLBACK" && operation.status === "STARTED" && execution.status === "RUNNING";
  return (
    <aside class="panel" aria-label={`Operation ${operation.name}`}>
      <header>
        <h2>{titleOf(operation)}</h2>
        <button class="plain" onClick={props.onClose} aria-label="Close">
          ✕
        </button>
      </header>
      <p>
        {words(operation.subType ?? operation.kind)} · <Status status={operation.status} /> · {duration((operation.endedAt ?? execution.endedAt ?? now) - operation.startedAt)}
        {operation.dueAt !== undefined && operation.dueAt > now && <> · {duration(operation.dueAt - now)} left</>}
      </p>
      {operation.executionArn !== undefined && (
        <p>
          <a href={executionHref(operation.executionArn)}>The execution that it started</a>
        </p>
      )}
      {open && operation.callbackId !== undefined && <Answer callbackId={operation.callbackId} />}
      {operation.kind === "TASK" && <TaskPart operation={operation} now={now} />}
      {operation.attempts.length > 0 && <Attempts attempts={operation.attempts} now={now} />}
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
            <Logs lines={logs} />
          </>
        )}
      </Show>
    </aside>
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

const SHOWN_ATTEMPTS = 50;

function Attempts({ attempts, now }: { readonly attempts: readonly Attempt[]; readonly now: number }) {
  return (
    <section aria-label="Attempts">
      <h3>Attempts</h3>
      <ol class="items attempts">
        {attempts.slice(-SHOWN_ATTEMPTS).map((attempt) => (
          <li key={attempt.number} value={attempt.number}>
            {attempt.number}. {attempt.outcome === "again" ? "not yet" : attempt.outcome}
            <span class="side">
              <Moment at={attempt.startedAt} /> · {duration((attempt.endedAt ?? now) - attempt.startedAt)}
            </span>
            {attempt.error !== undefined && (
              <p class="detail">
                {attempt.error.type}: {attempt.error.message}
              </p>
            )}
            {attempt.retrySeconds !== undefined && <p class="detail">again after {duration(attempt.retrySeconds * 1000)}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Logs({ lines }: { readonly lines: readonly LogLine[] }) {
  return (
    <section class="logs" aria-label="Log">
      <h3>Log</h3>
      {lines.length === 0 ? (
        <p class="empty">No lines.</p>
      ) : (
        <ol tabIndex={0}>
          {lines.map(({ at, message }, index) => (
            <li key={index}>
              <Moment at={at} /> {messageOf(message)}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** Structured lines in one short text: level, message and what else they carry of use. */
function messageOf(line: string): string {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return line;
    const fields = value as Readonly<Record<string, unknown>>;
    if (typeof fields.message !== "string") return line;
    const level = typeof fields.level === "string" && fields.level !== "INFO" ? `${fields.level} ` : "";
    const error = typeof fields.error === "string" ? ` (${fields.error})` : "";
    return `${level}${fields.message}${error}`;
  } catch {
    return line;
  }
}
