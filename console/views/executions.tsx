import { useEffect, useRef, useState } from "preact/hooks";
import { EXECUTION_STATUSES, isOpen } from "../../operator/execution-status.ts";
import { type ExecutionFilter, type ExecutionPage, MOST_AT_A_TIME } from "../../operator/page/api.ts";
import type { ExecutionSummary } from "../../operator/page/execution-api.ts";
import { act, onChange, read } from "../client.ts";
import { duration, executionHref, words } from "../format.ts";
import { useNow } from "../hooks.ts";
import { Moment, Page, Status } from "../parts/basics.tsx";
import { ConfirmButton } from "../parts/confirm.tsx";
import { VirtualRows } from "../parts/virtual-rows.tsx";

const ROW_HEIGHT = 36;
const PAGE = 200;
const TYPING_MS = 120;
const PERIODS: readonly (readonly [string, number])[] = [
  ["15 minutes", 15 * 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
  ["week", 7 * 86_400_000],
];

/** The pages of the list that have been read, by offset. */
type Pages = Map<number, readonly ExecutionSummary[]>;

export function Executions({ query, workflows }: { readonly query: URLSearchParams; readonly workflows: readonly string[] }) {
  const [filter, setFilter] = useState<ExecutionFilter>(() => filterFrom(query));
  const [period, setPeriod] = useState(0);
  const [text, setText] = useState(filter.text ?? "");
  const address = query.toString();
  useEffect(() => {
    setFilter((before) => ({ ...filterFrom(query), since: before.since }));
    setText(query.get("text") ?? "");
  }, [address]);
  useEffect(() => {
    const timer = setTimeout(() => setFilter((before) => ({ ...before, text: text === "" ? undefined : text })), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { total, rowAt, want, reload, error } = usePages(filter);
  const now = useNow(true);
  const change = (part: ExecutionFilter) => setFilter((before) => ({ ...before, ...part }));
  const [done, setDone] = useState<string>();
  // By its content: the text field sets an equal filter again, and that must not remove the notice.
  useEffect(() => setDone(undefined), [JSON.stringify(filter)]);
  const bulk = async (action: "stop-all" | "rerun-all", outcome: string) => {
    const { count } = await act(action, filter);
    setDone(`${executions(count)} ${outcome}.${count === MOST_AT_A_TIME ? " There may be more: do it again." : ""}`);
    await reload();
  };
  const matching = executions(total ?? 0);
  return (
    <Page
      title="Executions"
      actions={
        <>
          <ConfirmButton
            label="Stop all"
            kind="danger"
            disabled={!total || !isOpen(filter.status ?? "RUNNING")}
            question={<>Stop every running execution that matches the filter? What they have started goes on; they do not.</>}
            act={() => bulk("stop-all", "stopped")}
          />
          <ConfirmButton
            label="Re-run all"
            disabled={!total}
            question={<>Start {executions(Math.min(total ?? 0, MOST_AT_A_TIME))} anew, with the inputs of those that match the filter?</>}
            act={() => bulk("rerun-all", "started")}
          />
        </>
      }
    >
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <input type="search" aria-label="Name, id or ARN" placeholder="name, id or ARN" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <select aria-label="Workflow" value={filter.workflow ?? ""} onChange={(event) => change({ workflow: event.currentTarget.value || undefined })}>
          <option value="">every workflow</option>
          {workflows.map((workflow) => (
            <option key={workflow}>{workflow}</option>
          ))}
        </select>
        <select
          aria-label="Status"
          value={filter.status ?? ""}
          onChange={(event) => change({ status: EXECUTION_STATUSES.find((status) => status === event.currentTarget.value) })}
        >
          <option value="">every status</option>
          {EXECUTION_STATUSES.map((status) => (
            <option key={status} value={status}>
              {words(status)}
            </option>
          ))}
        </select>
        <select
          aria-label="Started"
          value={String(period)}
          onChange={(event) => {
            const length = Number(event.currentTarget.value);
            setPeriod(length);
            change({ since: length === 0 ? undefined : Date.now() - length });
          }}
        >
          <option value="0">at any time</option>
          {PERIODS.map(([name, length]) => (
            <option key={name} value={String(length)}>
              in the last {name}
            </option>
          ))}
        </select>
        <output aria-live="polite">{total === undefined ? "" : matching}</output>
      </form>
      {done !== undefined && (
        <p class="notice" role="status">
          {done}
        </p>
      )}
      {error !== undefined && (
        <p class="empty" role="alert">
          {error}
        </p>
      )}
      {total === 0 ? (
        <p class="empty">No execution matches. {JSON.stringify(filter) === "{}" && <a href="#/start">Start one</a>}</p>
      ) : (
        <div class="table executions" role="table" aria-label="Executions" aria-rowcount={(total ?? 0) + 1}>
          <div role="rowgroup">
            <div role="row" class="head">
              {["Status", "Workflow", "Name", "Started", "Took"].map((name) => (
                <span key={name} role="columnheader">
                  {name}
                </span>
              ))}
            </div>
          </div>
          <VirtualRows
            class="rows"
            role="rowgroup"
            count={total ?? 0}
            rowHeight={ROW_HEIGHT}
            onRange={want}
            row={(index) => <Row key={index} index={index} execution={rowAt(index)} now={now} />}
          />
        </div>
      )}
    </Page>
  );
}

function executions(count: number): string {
  return `${count} ${count === 1 ? "execution" : "executions"}`;
}

function Row({ index, execution, now }: { readonly index: number; readonly execution: ExecutionSummary | undefined; readonly now: number }) {
  if (execution === undefined) {
    return (
      <div role="row" class="row" aria-rowindex={index + 2}>
        <span role="cell">…</span>
      </div>
    );
  }
  return (
    <div role="row" class="row" aria-rowindex={index + 2}>
      <span role="cell">
        <Status status={execution.status} />
      </span>
      <span role="cell">{execution.workflow}</span>
      <span role="cell">
        <a href={executionHref(execution.arn)}>{execution.name}</a>
      </span>
      <span role="cell">
        <Moment at={execution.startedAt} />
      </span>
      <span role="cell">{duration((execution.endedAt ?? now) - execution.startedAt)}</span>
    </div>
  );
}

function filterFrom(query: URLSearchParams): ExecutionFilter {
  return {
    workflow: query.get("workflow") ?? undefined,
    status: EXECUTION_STATUSES.find((status) => status === query.get("status")),
    text: query.get("text") ?? undefined,
  };
}

/** Reads the pages that are in sight, and again when executions have changed. */
function usePages(filter: ExecutionFilter) {
  const [first, setFirst] = useState<ExecutionPage>();
  const [error, setError] = useState<string>();
  const [, setVersion] = useState(0);
  const pages = useRef<Pages>(new Map());
  const sight = useRef({ from: 0, to: 1 });
  const key = JSON.stringify(filter);
  const current = useRef(key);
  // While rendering, not in an effect: by the time of an effect, rows of the new list may have been asked for.
  if (current.current !== key) {
    current.current = key;
    pages.current = new Map();
    sight.current = { from: 0, to: 1 };
  }

  const load = async (offset: number) => {
    const page = await read("executions", { ...filter, offset, limit: PAGE });
    if (current.current !== key) return;
    pages.current.set(offset, page.rows);
    setFirst(page);
    setError(undefined);
    setVersion((version) => version + 1);
  };
  const wanted = () => {
    const offsets: number[] = [];
    for (let offset = Math.floor(sight.current.from / PAGE) * PAGE; offset < sight.current.to; offset += PAGE) offsets.push(offset);
    return offsets;
  };
  const reload = async () => {
    const offsets = wanted();
    for (const offset of pages.current.keys()) if (!offsets.includes(offset)) pages.current.delete(offset);
    await Promise.all(offsets.map(load)).catch((fault: unknown) => setError((fault as Error).message));
  };
  useEffect(() => {
    void reload();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = onChange(({ kinds }) => {
      if (!kinds.includes("executions")) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void reload();
      }, 300);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [key]);
  return {
    total: first?.total,
    error,
    reload,
    rowAt: (index: number) => pages.current.get(Math.floor(index / PAGE) * PAGE)?.[index % PAGE],
    want: (from: number, to: number) => {
      sight.current = { from, to: Math.min(to, first?.total ?? to) };
      for (const offset of wanted()) {
        if (pages.current.has(offset)) continue;
        pages.current.set(offset, []);
        load(offset).catch((fault: unknown) => setError((fault as Error).message));
      }
    },
  };
}
