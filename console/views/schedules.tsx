import { CREATE_REMINDER } from "../../operator/outputs.ts";
import { act } from "../client.ts";
import { duration } from "../format.ts";
import { useNow, useRead } from "../hooks.ts";
import { ActionButton, Moment, Page, Show, Status } from "../parts/basics.tsx";
import { ConfirmButton } from "../parts/confirm.tsx";

export function SchedulesView({ workflows }: { readonly workflows: readonly string[] }) {
  const schedules = useRead("schedules", {}, ["schedules"]);
  const now = useNow(true);
  return (
    <Page
      title="Schedules"
      actions={
        workflows.includes(CREATE_REMINDER) && (
          <a class="button" href={`#/start/${CREATE_REMINDER}`}>
            New one-time schedule
          </a>
        )
      }
    >
      <Show of={schedules} empty={<p>There is no schedule.</p>}>
        {(list) => (
          <div class="cards">
            {list.map((schedule) => (
              <article class="card" key={schedule.arn} aria-label={schedule.name}>
                <h2>{schedule.name}</h2>
                <p>
                  <code>{schedule.expression}</code> {schedule.timeZone} → <b>{schedule.target}</b>
                  {schedule.state === "DISABLED" && (
                    <>
                      {" "}
                      <Status status={schedule.state} />
                    </>
                  )}
                </p>
                <h3>Next moments, in {schedule.timeZone}</h3>
                {schedule.nextMoments.length === 0 ? (
                  <p class="empty">None.</p>
                ) : (
                  <ol class="items">
                    {schedule.nextMoments.map((at) => (
                      <li key={at}>
                        <Moment at={at} timeZone={schedule.timeZone} />
                        <span class="side">in {duration(at - now)}</span>
                      </li>
                    ))}
                  </ol>
                )}
                {schedule.lastMoment !== undefined && (
                  <p>
                    Last fired for <Moment at={schedule.lastMoment} timeZone={schedule.timeZone} />
                  </p>
                )}
                <div class="actions">
                  <ActionButton label={`Fire now: ${schedule.name}`} act={() => act("fire-schedule", schedule)}>
                    Fire now
                  </ActionButton>
                  {schedule.oneTime && (
                    <ConfirmButton
                      label="Delete"
                      kind="danger"
                      question={<>Delete {schedule.name}? It will not fire.</>}
                      act={() => act("delete-schedule", schedule).then(schedules.reload)}
                    />
                  )}
                </div>
              </article>
            ))}
          </div>
        )}
      </Show>
    </Page>
  );
}
