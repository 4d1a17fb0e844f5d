import { useEffect, useState } from "preact/hooks";
import type { StartView } from "../../operator/page/api.ts";
import { act } from "../client.ts";
import { executionHref, pretty } from "../format.ts";
import { useRead } from "../hooks.ts";
import { ActionButton, Page, Show } from "../parts/basics.tsx";

const TYPING_MS = 150;

export function Start({ workflow, from, workflows }: { readonly workflow: string | undefined; readonly from: string | undefined; readonly workflows: readonly string[] }) {
  const chosen = workflow ?? workflows[0] ?? "";
  const view = useRead("start", { workflow: chosen }, []);
  return (
    <Page title={from === undefined ? "Start a workflow" : "Re-run with another input"}>
      <div class="form">
        <label>
          Workflow
          <select value={chosen} onChange={(event) => (location.hash = `#/start/${event.currentTarget.value}`)}>
            {workflows.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <Show of={view}>
          {(start) => (from === undefined ? <Form key={start.workflow} start={start} payload={start.example} /> : <FormOf key={from} start={start} execution={from} />)}
        </Show>
      </div>
    </Page>
  );
}

/** Begins with what another execution was given. @param execution its ARN */
function FormOf({ start, execution }: { readonly start: StartView; readonly execution: string }) {
  const given = useRead("execution", { arn: execution }, []);
  return <Show of={given}>{({ input }) => <Form start={start} payload={pretty(input)} />}</Show>;
}

/** @param payload to begin with */
function Form({ start, payload }: { readonly start: StartView; readonly payload: string }) {
  const { workflow } = start;
  const [input, setInput] = useState(payload);
  const [name, setName] = useState("");
  const [faults, setFaults] = useState<readonly string[]>([]);
  const [accepted, setAccepted] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      act("check", { workflow, input }).then(
        (answer) => setFaults(answer.faults),
        (error: unknown) => setFaults([(error as Error).message]),
      );
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [workflow, input]);
  const begin = async () => {
    const checked = await act("check", { workflow, input });
    setFaults(checked.faults);
    if (checked.faults.length > 0) return;
    const { arn } = await act("start", { workflow, input, name: name === "" ? undefined : name });
    if (arn === undefined) setAccepted(true);
    else location.hash = executionHref(arn);
  };
  return (
    <>
      <label>
        Payload
        <textarea
          rows={12}
          value={input}
          spellcheck={false}
          aria-invalid={faults.length > 0}
          aria-describedby="faults"
          onInput={(event) => setInput(event.currentTarget.value)}
        />
      </label>
      <ul id="faults" class="faults" aria-live="polite">
        {faults.map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
      {start.durable && (
        <label>
          Execution name <small>optional; the same name and payload again is the same execution</small>
          <input value={name} maxLength={64} pattern="[A-Za-z0-9_-]+" onInput={(event) => setName(event.currentTarget.value)} />
        </label>
      )}
      <div class="actions">
        <ActionButton kind="primary" act={begin} disabled={faults.length > 0}>
          Start {workflow}
        </ActionButton>
      </div>
      {accepted && <p class="notice">Accepted. A function that is not durable has no execution to show; its log has what it did.</p>}
      <details>
        <summary>What it takes</summary>
        <pre tabIndex={0}>{start.schema}</pre>
      </details>
    </>
  );
}
