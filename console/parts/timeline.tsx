import type { ExecutionView, Operation } from "../../operator/page/execution-api.ts";
import { duration, executionHref, titleOf, words } from "../format.ts";
import { tone } from "./basics.tsx";
import type { Row } from "./rows.ts";
import { marks, place, type Scale, scaleOf } from "./scale.ts";
import { VirtualRows } from "./virtual-rows.tsx";

const ROW_HEIGHT = 30;

/** Key of the row of invocations. */
export const INVOCATIONS = "invocations";

interface Choices {
  /** @param key of a row; nothing to close the panel. @param attempt whose bar was meant */
  readonly onSelect: (key: string | undefined, attempt?: number) => void;
  /** Shows or hides the operations of an execution that was started. */
  readonly onToggle: (arn: string) => void;
}

/** The operations of an execution, and of those that it has started, as bars on one time axis. */
export function Timeline(
  props: Choices & {
    readonly execution: ExecutionView;
    readonly rows: readonly Row[];
    readonly now: number;
    /** Key of a row. */
    readonly selected: string | undefined;
  },
) {
  const { execution, rows, now, selected, onSelect, onToggle } = props;
  const scale = scaleOf({ ...execution, operations: rows.map(({ operation }) => operation) }, now);
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Escape") onSelect(undefined);
    if (step === 0 || !(event.target instanceof HTMLElement)) return;
    const item = event.target.closest("[role=listitem]");
    const next = step === 1 ? item?.nextElementSibling : item?.previousElementSibling;
    next?.querySelector<HTMLElement>("button[aria-pressed]")?.focus();
    event.preventDefault();
  };
  return (
    <section class="timeline" aria-label="Timeline" onKeyDown={move}>
      <div class="axis" aria-hidden="true">
        {marks(scale).map((mark, index) => (
          <span key={index} style={{ left: `${index * 25}%` }}>
            {duration(mark)}
          </span>
        ))}
      </div>
      <div class="lane invocations" title="Function invocations: compute is paid for in these moments only">
        <button aria-pressed={selected === INVOCATIONS} onClick={() => onSelect(selected === INVOCATIONS ? undefined : INVOCATIONS)}>
          <span class="name">
            invocations <span class="count">{execution.invocations.length}</span>
          </span>
          <span class="track">
            {execution.invocations.slice(-400).map(({ requestId, startedAt, endedAt = now, error }) => (
              <span key={requestId} class={`tick ${error === undefined ? "" : "bad"}`} style={place(scale, startedAt, endedAt)} />
            ))}
          </span>
          <span class="remark" />
        </button>
      </div>
      <VirtualRows
        class="lanes"
        role="list"
        label="Operations"
        count={rows.length}
        rowHeight={ROW_HEIGHT}
        row={(index) => {
          const row = rows[index];
          if (row === undefined) return null;
          return <Lane key={row.key} row={row} scale={scale} now={now} selected={selected === row.key} nested={row.execution !== execution} onSelect={onSelect} onToggle={onToggle} />;
        }}
      />
    </section>
  );
}

const SIGNS: Readonly<Record<Operation["kind"], string>> = { STEP: "▸", WAIT: "◷", CALLBACK: "↩", CONTEXT: "├", CHAINED_INVOKE: "ƒ", TASK: "▣" };

function Lane(
  props: Choices & {
    readonly row: Row;
    readonly scale: Scale;
    readonly now: number;
    readonly selected: boolean;
    /** Whether it belongs to an execution that the one shown has started. */
    readonly nested: boolean;
  },
) {
  const { row, scale, now, selected, nested } = props;
  const { operation, execution, depth, open } = row;
  const { executionArn } = operation;
  const end = operation.endedAt ?? Math.max(execution.endedAt ?? now, operation.startedAt);
  const left = operation.endedAt === undefined && operation.dueAt !== undefined ? operation.dueAt - now : undefined;
  const remark = left !== undefined && left > 0 ? `${duration(left)} left` : duration(end - operation.startedAt);
  const indent = Math.min(depth, 8) * 14;
  const select = (event: MouseEvent) => {
    const attempt = event.target instanceof HTMLElement ? event.target.dataset["attempt"] : undefined;
    const wanted = attempt === undefined ? undefined : Number(attempt);
    props.onSelect(selected && wanted === undefined ? undefined : row.key, wanted);
  };
  return (
    <div role="listitem" class={`lane ${nested ? "nested" : ""}`}>
      {executionArn !== undefined && (
        <button class="toggle" style={{ left: `${indent}px` }} aria-expanded={open} aria-label={`Operations of ${titleOf(operation)}`} onClick={() => props.onToggle(executionArn)}>
          {open === true ? "▾" : "▸"}
        </button>
      )}
      <button aria-pressed={selected} onClick={select}>
        <span class="name" style={{ paddingLeft: `${indent}px` }}>
          <span class={`sign ${tone(statusOf(operation))}`} aria-hidden="true">
            {SIGNS[operation.kind]}
          </span>
          <span class="text">{titleOf(operation)}</span>
          <span class="hidden">
            , {words(operation.kind)}, {words(operation.status)},
          </span>
          {operation.attempts.length > 1 && <span class="count">×{operation.attempts.length}</span>}
        </span>
        <span class="track">
          <Bar operation={operation} scale={scale} end={end} />
        </span>
        <span class="remark">{remark}</span>
      </button>
      {executionArn !== undefined && (
        <a class="visit" href={executionHref(executionArn)} aria-label={`The execution that ${titleOf(operation)} started`}>
          ↗
        </a>
      )}
    </div>
  );
}

function Bar({ operation, scale, end }: { readonly operation: Operation; readonly scale: Scale; readonly end: number }) {
  const { kind, attempts, phases, startedAt, dueAt } = operation;
  const colour = tone(statusOf(operation));
  if (kind === "TASK") {
    return (
      <>
        {phases.map(({ name, from, to }) => (
          <span key={name} class={`bar task ${name} ${colour}`} style={place(scale, from, to ?? end)} title={name} />
        ))}
      </>
    );
  }
  return (
    <>
      {attempts.length > 1 && <span class="bar between" style={place(scale, startedAt, end)} />}
      {attempts.length > 0 ? (
        attempts.slice(-200).map((attempt) => (
          <span
            key={attempt.number}
            data-attempt={attempt.number}
            class={`bar ${attempt.outcome === "failed" ? "bad" : attempt.outcome === "running" ? "busy live" : "good"}`}
            style={place(scale, attempt.startedAt, attempt.endedAt ?? end)}
          />
        ))
      ) : (
        <span class={`bar ${kind.toLowerCase()} ${colour} ${operation.endedAt === undefined ? "live" : ""}`} style={place(scale, startedAt, end)} />
      )}
      {dueAt !== undefined && dueAt > end && <span class="bar ahead" style={place(scale, end, dueAt)} />}
    </>
  );
}

/** What an operation's colour is taken from. */
function statusOf({ status, outcome }: Operation): string {
  return outcome ?? status;
}
