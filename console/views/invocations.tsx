import { hasEnded } from "../../operator/execution-status.ts";
import type { ChangeKind } from "../../operator/page/api.ts";
import type { ExecutionView } from "../../operator/page/execution-api.ts";
import { duration } from "../format.ts";
import { useRead } from "../hooks.ts";
import { Moment, Show } from "../parts/basics.tsx";
import { Logs } from "../parts/logs.tsx";
import { Panel } from "../parts/panel.tsx";

const SHOWN = 50;
const CHANGES: readonly ChangeKind[] = ["executions"];

/** The invocations of an execution's function, and all that it has logged. */
export function InvocationsPanel(props: { readonly execution: ExecutionView; readonly now: number; readonly onClose: () => void }) {
  const { execution, now, onClose } = props;
  const { arn, executionId, invocations, status } = execution;
  const view = useRead("operation", { arn }, !hasEnded(status) ? [...CHANGES, "logs"] : CHANGES, executionId);
  return (
    <Panel title="Invocations" label="Invocations" onClose={onClose}>
      {invocations.length > SHOWN && (
        <p class="empty">
          The last {SHOWN} of {invocations.length}.
        </p>
      )}
      <ol class="items attempts" tabIndex={0} aria-label="Invocations">
        {invocations.slice(-SHOWN).map(({ requestId, startedAt, endedAt, error }) => (
          <li key={requestId}>
            <code title="Request id">{requestId.slice(0, 8)}</code> {endedAt === undefined ? "in flight" : error === undefined ? "" : "failed"}
            <span class="side">
              <Moment at={startedAt} /> · {duration((endedAt ?? now) - startedAt)}
            </span>
            {error !== undefined && (
              <p class="detail">
                {error.type}: {error.message}
              </p>
            )}
          </li>
        ))}
      </ol>
      <Show of={view}>{({ logs }) => <Logs lines={logs} of="the function" />}</Show>
    </Panel>
  );
}
