import type { FailedExecution, HomeView, TaskView } from "../../operator/page/api.ts";
import { executionHref } from "../format.ts";
import { Card, Moment } from "../parts/basics.tsx";
import type { Failing, useSeen } from "../seen.ts";

type SeenMarks = ReturnType<typeof useSeen>;

const SHOWN = 12;

export function failingOf({ executionId, endedAt = 0 }: FailedExecution): Failing {
  return { id: executionId, at: endedAt };
}

export function failingTask({ id, stoppedAt = 0 }: TaskView): Failing {
  return { id, at: stoppedAt };
}

/** @param failed those that are not marked as seen */
export function FailedExecutions(props: { readonly failed: readonly FailedExecution[]; readonly totals: Pick<HomeView, "failedTotal" | "timedOutTotal">; readonly seen: SeenMarks }) {
  const { failed, totals, seen } = props;
  return (
    <Card
      title="Failed executions"
      more={
        <>
          {totals.failedTotal > 0 && <a href="#/executions?status=FAILED">all {totals.failedTotal} failed</a>}{" "}
          {totals.timedOutTotal > 0 && <a href="#/executions?status=TIMED_OUT">all {totals.timedOutTotal} timed out</a>}{" "}
          <AllSeenButton of="failed executions" onSeen={() => seen.markAll(failed.map(failingOf))} />
        </>
      }
    >
      {failed.slice(0, SHOWN).map((execution) => (
        <FailedItem key={execution.arn} execution={execution} onSeen={() => seen.mark(failingOf(execution))} />
      ))}
    </Card>
  );
}

/** @param tasks that stopped amiss and are not marked as seen */
export function StoppedTasks({ tasks, seen }: { readonly tasks: readonly TaskView[]; readonly seen: SeenMarks }) {
  return (
    <Card
      title="Tasks that stopped amiss"
      more={
        <>
          <a href="#/tasks">all tasks</a> <AllSeenButton of="tasks" onSeen={() => seen.markAll(tasks.map(failingTask))} />
        </>
      }
    >
      {tasks.slice(0, SHOWN).map((task) => (
        <TaskItem key={task.arn} task={task} onSeen={() => seen.mark(failingTask(task))} />
      ))}
    </Card>
  );
}

function FailedItem({ execution, onSeen }: { readonly execution: FailedExecution; readonly onSeen: () => void }) {
  return (
    <li>
      <a href={executionHref(execution.arn)}>
        <b>{execution.workflow}</b> {execution.name}
      </a>
      <span class="side">
        <Moment at={execution.endedAt ?? execution.startedAt} /> <SeenButton of={`${execution.workflow} ${execution.name}`} onSeen={onSeen} />
      </span>
      <p class="detail">
        <b>{execution.error.type}</b> {execution.error.message}
      </p>
    </li>
  );
}

function TaskItem({ task, onSeen }: { readonly task: TaskView; readonly onSeen: () => void }) {
  return (
    <li>
      <b>{task.workflow ?? task.family}</b>
      {task.executionArn !== undefined && <a href={`${executionHref(task.executionArn)}?operation=${task.id}`}>{task.id.slice(0, 12)}</a>}
      <span class="side">
        {task.stoppedAt !== undefined && <Moment at={task.stoppedAt} />} <SeenButton of={`task ${task.id.slice(0, 12)}`} onSeen={onSeen} />
      </span>
      <p class="detail">
        {task.exitCode === undefined ? "" : `exit code ${task.exitCode}: `}
        {task.stoppedReason}
      </p>
    </li>
  );
}

function SeenButton({ of, onSeen }: { readonly of: string; readonly onSeen: () => void }) {
  return (
    <button class="plain" aria-label={`Mark as seen: ${of}`} title="Mark as seen" onClick={onSeen}>
      ✓
    </button>
  );
}

function AllSeenButton({ of, onSeen }: { readonly of: string; readonly onSeen: () => void }) {
  return (
    <button class="plain" aria-label={`mark all seen: ${of}`} onClick={onSeen}>
      mark all seen
    </button>
  );
}
