import { useMemo } from "preact/hooks";
import type { ExecutionView, Operation } from "../api.ts";
import { duration, titleOf, words } from "../format.ts";
import { tone } from "./basics.tsx";
import { inTreeOrder, marks, place, type Scale, scaleOf } from "./scale.ts";
import { VirtualRows } from "./virtual-rows.tsx";

const ROW_HEIGHT = 30;

/** The operations of an execution as bars on one time axis. */
export function Timeline(props: {
  readonly execution: ExecutionView;
  readonly now: number;
  readonly selected: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
}) {
  const { execution, now, selected, onSelect } = props;
  const rows = useMemo(() => inTreeOrder(execution.operations), [execution.operations]);
  const scale = scaleOf(execution, now);
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Escape") onSelect(undefined);
    if (step === 0 || !(event.target instanceof HTMLElement)) return;
    const item = event.target.closest("[role=listitem]");
    const next = step === 1 ? item?.nextElementSibling : item?.previousElementSibling;
    next?.querySelector("button")?.focus();
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
        <span class="name">
          invocations <span class="count">{execution.invocations.length}</span>
        </span>
        <span class="track">
          {execution.invocations.slice(-400).map(({ requestId, startedAt, endedAt, error }) => (
            <span key={requestId} class={`tick ${error === undefined ? "" : "bad"}`} style={place(scale, startedAt, endedAt)} />
          ))}
        </span>
        <span class="remark" />
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
          return (
            <Lane
              key={row.operation.id}
              {...row}
              scale={scale}
              until={execution.endedAt ?? now}
              now={now}
              selected={selected === row.operation.id}
              onSelect={onSelect}
            />
          );
        }}
      />
    </section>
  );
}

const SIGNS: Readonly<Record<Operation["kind"], string>> = { STEP: "▸", WAIT: "◷", CALLBACK: "↩", CONTEXT: "⑂", CHAINED_INVOKE: "ƒ", TASK: "▣" };

function Lane(props: {
  readonly operation: Operation;
  readonly depth: number;
  readonly scale: Scale;
  /** Where a bar without an end ends. */
  readonly until: number;
  readonly now: number;
  readonly selected: boolean;
  readonly onSelect: (id: string | undefined) => void;
}) {
  const { operation, depth, scale, until, selected } = props;
  const end = operation.endedAt ?? Math.max(until, operation.startedAt);
  const left = operation.endedAt === undefined && operation.dueAt !== undefined ? operation.dueAt - props.now : undefined;
  const remark = left !== undefined && left > 0 ? `${duration(left)} left` : duration(end - operation.startedAt);
  return (
    <div role="listitem" class="lane">
      <button
        aria-pressed={selected}
        onClick={() => props.onSelect(selected ? undefined : operation.id)}
      >
        <span class="name" style={{ paddingLeft: `${Math.min(depth, 8) * 14}px` }}>
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

/** A task that did not end well is one whose end was not its own. */
function statusOf({ kind, status }: Operation): string {
  return kind === "TASK" && status === "STOPPED" ? "SUCCEEDED" : status;
}
