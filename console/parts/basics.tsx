import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { LONGEST_LIST } from "../../operator/page/api.ts";
import type { Loaded } from "../hooks.ts";
import { moment, pretty, words } from "../format.ts";

const SIGNS: Readonly<Record<string, string>> = {
  RUNNING: "●",
  STARTED: "●",
  PENDING: "◷",
  READY: "◷",
  SUCCEEDED: "✓",
  FAILED: "✕",
  TIMED_OUT: "✕",
  STOPPED: "■",
  CANCELLED: "■",
};

/** A status as sign and word: colour is never the only difference. */
export function Status({ status }: { readonly status: string }) {
  return (
    <span class={`status ${tone(status)}`}>
      <span aria-hidden="true">{SIGNS[status] ?? "●"}</span> <span class="word">{words(status)}</span>
    </span>
  );
}

export function tone(status: string): "good" | "bad" | "busy" | "quiet" {
  if (status === "SUCCEEDED") return "good";
  if (status === "FAILED" || status === "TIMED_OUT") return "bad";
  return status === "STOPPED" || status === "CANCELLED" || status === "DISABLED" ? "quiet" : "busy";
}

export function Moment({ at, timeZone }: { readonly at: number; readonly timeZone?: string }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={new Date(at).toISOString()}>
      {moment(at, timeZone)}
    </time>
  );
}

const SHOWN_CHARACTERS = 20_000;

/** Text of users and programs, as text. */
export function Payload({ label, text }: { readonly label: string; readonly text: string }) {
  const [whole, setWhole] = useState(false);
  const [copied, setCopied] = useState(false);
  const shown = pretty(text);
  const cut = !whole && shown.length > SHOWN_CHARACTERS;
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <div class="payload" role="group" aria-label={label}>
      <header>
        <span class="label">{label}</span>
        <button class="plain" onClick={copy} aria-label={`Copy ${label.toLowerCase()}`}>
          {copied ? "copied" : "copy"}
        </button>
      </header>
      <pre tabIndex={0}>{cut ? shown.slice(0, SHOWN_CHARACTERS) : shown}</pre>
      {cut && (
        <button class="plain" onClick={() => setWhole(true)}>
          show all {shown.length} characters
        </button>
      )}
    </div>
  );
}

/** What is shown while something is read, when that failed, and when there is nothing. */
export function Show<Data>(props: {
  readonly of: Loaded<Data>;
  readonly empty?: ComponentChildren;
  readonly children: (data: Data) => ComponentChildren;
}) {
  const { data, error } = props.of;
  if (data === undefined) {
    if (error === undefined) return <p class="loading">Loading…</p>;
    return (
      <div class="empty" role="alert">
        <p>{error}</p>
        <button onClick={() => props.of.reload()}>Try again</button>
      </div>
    );
  }
  if (props.empty !== undefined && Array.isArray(data) && data.length === 0) return <div class="empty">{props.empty}</div>;
  return <>{props.children(data)}</>;
}

/** A button that does something in the stack, once at a time, and says what went wrong. */
export function ActionButton(props: {
  readonly act: () => Promise<unknown>;
  readonly children: ComponentChildren;
  readonly kind?: "primary" | "danger" | "plain";
  readonly disabled?: boolean;
  /** For screen readers, where the text alone is the same in many rows. */
  readonly label?: string;
}) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const run = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      await props.act();
    } catch (error) {
      setFault((error as Error).message);
    }
    setBusy(false);
  };
  return (
    <>
      <button class={props.kind} disabled={busy || props.disabled} onClick={() => void run()} aria-label={props.label}>
        {props.children}
      </button>
      {fault !== undefined && (
        <span class="fault" role="alert">
          {fault}
        </span>
      )}
    </>
  );
}

export function Page({ title, actions, children }: { readonly title: ComponentChildren; readonly actions?: ComponentChildren; readonly children: ComponentChildren }) {
  return (
    <>
      <header class="page">
        <h1>{title}</h1>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

/** A list under a small title. @param more beside the title */
export function Card({ title, more, children }: { readonly title: string; readonly more?: ComponentChildren; readonly children: ComponentChildren }) {
  return (
    <section class="card" aria-label={title}>
      <h3>
        {title} {more !== undefined && <span class="side">{more}</span>}
      </h3>
      <ul class="items">{children}</ul>
    </section>
  );
}

/** Says so where a list may not be all. */
export function Newest({ of }: { readonly of: readonly unknown[] }) {
  return of.length < LONGEST_LIST ? null : <p class="empty">The newest {LONGEST_LIST}.</p>;
}
