import { act } from "../client.ts";
import { duration, executionHref } from "../format.ts";
import { useNow, useRead } from "../hooks.ts";
import { ActionButton, Moment, Newest, Page, Show, Status } from "../parts/basics.tsx";

export function Tasks() {
  const tasks = useRead("tasks", {}, ["tasks"]);
  const now = useNow(true);
  return (
    <Page title="Tasks">
      <Show of={tasks} empty={<p>No task has been started yet.</p>}>
        {(list) => (
          <>
            <Newest of={list} />
            <div class="wide" tabIndex={0} role="region" aria-label="Tasks">
              <table>
                <thead>
                  <tr>
                    <th>Task</th>
                    <th>Workflow</th>
                    <th>Status</th>
                    <th>Created</th>
                    <th>Ran</th>
                    <th>End</th>
                    <th>
                      <span class="hidden">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {list.map((task) => (
                    <tr key={task.arn}>
                      <td>
                        {task.executionArn === undefined ? task.id.slice(0, 12) : <a href={`${executionHref(task.executionArn)}?operation=${task.id}`}>{task.id.slice(0, 12)}</a>}
                      </td>
                      <td>{task.workflow}</td>
                      <td>
                        <Status status={task.lastStatus} />
                      </td>
                      <td>
                        <Moment at={task.createdAt} />
                      </td>
                      <td>{task.startedAt === undefined ? "" : duration((task.stoppedAt ?? now) - task.startedAt)}</td>
                      <td class={task.exitCode === undefined || task.exitCode === 0 ? "" : "bad"}>
                        {task.exitCode === undefined ? "" : `exit code ${task.exitCode}. `}
                        {task.stoppedReason}
                      </td>
                      <td>
                        {task.desiredStatus === "RUNNING" && (
                          <ActionButton kind="danger" label={`Stop: task ${task.id.slice(0, 12)}`} act={() => act("stop-task", { arn: task.arn })}>
                            Stop
                          </ActionButton>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </Show>
    </Page>
  );
}
