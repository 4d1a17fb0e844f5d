import { useEffect, useState } from "preact/hooks";
import { hasEnded } from "../../operator/execution-status.ts";
import type { Cost, ExecutionView } from "../../operator/page/execution-api.ts";
import { act } from "../client.ts";
import { bytes, dollars, duration, executionHref, executionIdOf } from "../format.ts";
import { useNow, useRead } from "../hooks.ts";
import { ActionButton, Moment, Page, Payload, Show, Status } from "../parts/basics.tsx";
import { useRows } from "../parts/chained.tsx";
import { NextTimerFact } from "../parts/next-timer.tsx";
import { INVOCATIONS, Timeline } from "../parts/timeline.tsx";
import { InvocationsPanel } from "./invocations.tsx";
import { OperationPanel } from "./operation.tsx";

export function Execution({ arn, query }: { readonly arn: string; readonly query: URLSearchParams }) {
  const loaded = useRead("execution", { arn }, ["executions", "tasks"], executionIdOf(arn));
  return <Show of={loaded}>{(execution) => <Loaded key={arn} execution={execution} wanted={query.get("operation") ?? undefined} />}</Show>;
}

function Loaded({ execution, wanted }: { readonly execution: ExecutionView; readonly wanted: string | undefined }) {
  const [selected, select] = useState<{ key?: string; attempt?: number }>({ key: wanted });
  useEffect(() => select({ key: wanted }), [wanted]);
  const { arn, workflow, name, status, operations } = execution;
  const { rows, toggle, readers } = useRows(execution);
  const live = rows.some((row) => !hasEnded(row.execution.status) || (row.operation.kind === "TASK" && row.operation.endedAt === undefined));
  const now = useNow(live || !hasEnded(status));
  const row = rows.find(({ key }) => key === selected.key);
  const invocations = selected.key === INVOCATIONS;
  return (
    <Page
      title={
        <>
          {workflow} <small>{name}</small>
        </>
      }
      actions={
        <>
          {!hasEnded(status) && (
            <ActionButton kind="danger" act={() => act("stop", { arn })}>
              Stop
            </ActionButton>
          )}
          <ActionButton
            act={async () => {
              location.hash = executionHref((await act("rerun", { arn })).arn);
            }}
          >
            Re-run
          </ActionButton>
          <a class="button" href={`#/start/${workflow}?from=${encodeURIComponent(arn)}`}>
            Re-run edited
          </a>
        </>
      }
    >
      <dl class="facts">
        <Fact name="Status">
          <Status status={status} />
        </Fact>
        <Fact name="Started">
          <Moment at={execution.startedAt} />
        </Fact>
        <Fact name="Took">{duration((execution.endedAt ?? now) - execution.startedAt)}</Fact>
        {!hasEnded(status) && (
          <>
            <Fact name="Times out in">
              <time dateTime={new Date(execution.deadline).toISOString()} title={new Date(execution.deadline).toISOString()}>
                {duration(execution.deadline - now)}
              </time>
            </Fact>
            <Fact name="Next timer">
              <NextTimerFact execution={execution} now={now} />
            </Fact>
          </>
        )}
        <Fact name="Version">{execution.version}</Fact>
        {execution.parentArn !== undefined && (
          <Fact name="Started by">
            <a href={executionHref(execution.parentArn)}>an execution</a>
          </Fact>
        )}
        <CostFacts cost={execution.cost} />
      </dl>
      {execution.error !== undefined && (
        <p class="notice bad">
          <b>{execution.error.type}</b> {execution.error.message}
        </p>
      )}
      {readers}
      <div class={`split ${row === undefined && !invocations ? "" : "open"}`}>
        <div>
          {operations.length === 0 && <p class="empty">{!hasEnded(status) ? "The first invocation is on its way." : "It had no operations."}</p>}
          <Timeline execution={execution} rows={rows} now={now} selected={selected.key} onSelect={(key, attempt) => select({ key, attempt })} onToggle={toggle} />
        </div>
        {invocations && <InvocationsPanel execution={execution} now={now} onClose={() => select({})} />}
        {row !== undefined && (
          <OperationPanel
            key={row.key}
            execution={row.execution}
            operation={row.operation}
            nested={row.execution !== execution}
            attempt={selected.attempt}
            now={now}
            onAttempt={(attempt) => select({ key: row.key, attempt })}
            onClose={() => select({})}
          />
        )}
        <div class="columns">
          <Payload label="Input" text={execution.input} />
          {execution.result !== undefined && <Payload label="Result" text={execution.result} />}
        </div>
      </div>
    </Page>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function CostFacts({ cost }: { readonly cost: Cost }) {
  return (
    <>
      <Fact name="Operations">{cost.operations}</Fact>
      <Fact name="Written">{bytes(cost.bytesWritten)}</Fact>
      <Fact name="Invocations">{cost.invocations}</Fact>
      {cost.taskSeconds > 0 && <Fact name="Task time">{duration(cost.taskSeconds * 1000)}</Fact>}
      <Fact name="On AWS">
        <span title="At list prices of us-east-1, for arm64, without free tier">{dollars(cost.dollars)}</span>
      </Fact>
    </>
  );
}
