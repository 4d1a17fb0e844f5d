import type { HomeView, OpenCallback, ScheduleView } from "../../operator/page/api.ts";
import { act } from "../client.ts";
import { duration, executionHref } from "../format.ts";
import { useNow, useRead } from "../hooks.ts";
import { ActionButton, Card, Page, Show } from "../parts/basics.tsx";
import { useSeen } from "../seen.ts";
import { FailedExecutions, failingOf, failingTask, StoppedTasks } from "./failures.tsx";

export function Home({ stack }: { readonly stack: string }) {
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
      <Show of={home}>{(view) => <Overview view={view} now={now} stack={stack} />}</Show>
    </Page>
  );
}

function Overview({ view, now, stack }: { readonly view: HomeView; readonly now: number; readonly stack: string }) {
  const { callbacks, deadLetters, running, next } = view;
  const seen = useSeen(stack);
  const failed = view.failed.filter((execution) => !seen.isSeen(failingOf(execution)));
  const stoppedTasks = view.stoppedTasks.filter((task) => !seen.isSeen(failingTask(task)));
  const hidden = view.failed.length - failed.length + view.stoppedTasks.length - stoppedTasks.length;
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
            {deadLetters === 1 ? "waits" : "wait"} to be read: events that could not be dealt with.
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
          {failed.length > 0 && <FailedExecutions failed={failed} totals={view} seen={seen} />}
          {stoppedTasks.length > 0 && <StoppedTasks tasks={stoppedTasks} seen={seen} />}
        </div>
        {hidden > 0 && (
          <p class="empty">
            {hidden} marked as seen.{" "}
            <button class="plain" onClick={seen.forget}>
              Show again
            </button>
          </p>
        )}
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
