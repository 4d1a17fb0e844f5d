import type { ComponentChildren } from "preact";
import type { FailedExecution, HomeView, OpenCallback, ScheduleView, TaskView } from "../api.ts";
import { act } from "../client.ts";
import { duration, executionHref } from "../format.ts";
import { useNow, useRead } from "../hooks.ts";
import { ActionButton, Moment, Page, Show } from "../parts/basics.tsx";

export function Home() {
  const home = useRead("home", {}, ["executions", "tasks", "schedules", "deadLetters"]);
  const now = useNow(true);
  return (
    <Page
      title="Home"
      actions={
        <a class="button primary" href="#/start">
          Start a workflow
        </a>
      }
    >
      <Show of={home}>{(view) => <Overview view={view} now={now} />}</Show>
    </Page>
  );
}

function Overview({ view, now }: { readonly view: HomeView; readonly now: number }) {
  const { callbacks, failed, failedTotal, stoppedTasks, deadLetters, running, next } = view;
  const nothing = callbacks.length + failed.length + stoppedTasks.length + deadLetters === 0;
  return (
    <>
      <section class="group" aria-labelledby="waiting">
        <h2 id="waiting">Waiting for you</h2>
        {nothing && <p class="empty">Nothing waits for you.</p>}
        {deadLetters > 0 && (
          <p class="notice">
            <a href="#/dead-letters">
              {deadLetters} dead {deadLetters === 1 ? "letter" : "letters"}
            </a>{" "}
            could not be delivered.
          </p>
        )}
        <div class="columns">
          {callbacks.length > 0 && (
            <Card title="Open callbacks">
              {callbacks.map((callback) => (
                <CallbackItem key={callback.operation.callbackId} callback={callback} now={now} />
              ))}
            </Card>
          )}
          {failed.length > 0 && (
            <Card
              title="Failed executions"
              more={failedTotal > failed.length ? <a href="#/executions?status=FAILED">all {failedTotal}</a> : undefined}
            >
              {failed.map((execution) => (
                <FailedItem key={execution.arn} execution={execution} />
              ))}
            </Card>
          )}
          {stoppedTasks.length > 0 && (
            <Card title="Tasks that stopped amiss" more={<a href="#/tasks">all tasks</a>}>
              {stoppedTasks.map((task) => (
                <TaskItem key={task.arn} task={task} />
              ))}
            </Card>
          )}
        </div>
      </section>
      <div class="columns">
        <section class="group" aria-labelledby="running">
          <h2 id="running">
            Running now <span class="count">{running.total}</span>
          </h2>
          {running.total === 0 ? (
            <p class="empty">
              No execution runs. <a href="#/start">Start one</a>.
            </p>
          ) : (
            <ul class="items">
              {running.rows.map((execution) => (
                <li key={execution.arn}>
                  <a href={executionHref(execution.arn)}>
                    <b>{execution.workflow}</b> {execution.name}
                  </a>
                  <span class="side">{duration(now - execution.startedAt)}</span>
                </li>
              ))}
              {running.total > running.rows.length && (
                <li>
                  <a href="#/executions?status=RUNNING">all {running.total}</a>
                </li>
              )}
            </ul>
          )}
        </section>
        <section class="group" aria-labelledby="next">
          <h2 id="next">Fires next</h2>
          {next.length === 0 ? (
            <p class="empty">No schedule is going to fire.</p>
          ) : (
            <ul class="items">
              {next.map((schedule) => (
                <NextItem key={schedule.arn} schedule={schedule} now={now} />
              ))}
            </ul>
          )}
        </section>
      </div>
    </>
  );
}

function Card({ title, more, children }: { readonly title: string; readonly more?: ComponentChildren; readonly children: ComponentChildren }) {
  return (
    <section class="card" aria-label={title}>
      <h3>
        {title} {more !== undefined && <span class="side">{more}</span>}
      </h3>
      <ul class="items">{children}</ul>
    </section>
  );
}

function CallbackItem({ callback: { execution, operation }, now }: { readonly callback: OpenCallback; readonly now: number }) {
  return (
    <li>
      <a href={`${executionHref(execution.arn)}?operation=${operation.id}`}>
        <b>{execution.workflow}</b> {operation.name}
      </a>
      <span class="side">
        {operation.timeoutAt === undefined ? `open for ${duration(now - operation.startedAt)}` : `times out in ${duration(operation.timeoutAt - now)}`}
      </span>
    </li>
  );
}

function FailedItem({ execution }: { readonly execution: FailedExecution }) {
  return (
    <li>
      <a href={executionHref(execution.arn)}>
        <b>{execution.workflow}</b> {execution.error.type}
      </a>
      <span class="side">
        <Moment at={execution.endedAt ?? execution.startedAt} />
      </span>
      <p class="detail">{execution.error.message}</p>
    </li>
  );
}

function TaskItem({ task }: { readonly task: TaskView }) {
  return (
    <li>
      <b>{task.workflow ?? task.family}</b>
      {task.executionArn !== undefined && <a href={`${executionHref(task.executionArn)}?operation=${task.id}`}>{task.id.slice(0, 12)}</a>}
      <span class="side">{task.stoppedAt !== undefined && <Moment at={task.stoppedAt} />}</span>
      <p class="detail">
        {task.exitCode === undefined ? "" : `exit code ${task.exitCode}: `}
        {task.stoppedReason}
      </p>
    </li>
  );
}

function NextItem({ schedule, now }: { readonly schedule: ScheduleView; readonly now: number }) {
  const [next = now] = schedule.nextMoments;
  return (
    <li>
      <a href="#/schedules">
        <b>{schedule.target}</b> {schedule.name}
      </a>
      <span class="side">
        in {duration(next - now)}{" "}
        <ActionButton kind="plain" label={`fire now: ${schedule.name}`} act={() => act("fire-schedule", schedule)}>
          fire now
        </ActionButton>
      </span>
    </li>
  );
}
