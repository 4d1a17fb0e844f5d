import { useEffect, useState } from "preact/hooks";
import type { JobView } from "../../operator/page/api.ts";
import { executionHref } from "../format.ts";
import { useRead } from "../hooks.ts";
import { Moment, Page, Payload, Show, Status } from "../parts/basics.tsx";

const PAGE = 100;
const TYPING_MS = 150;

export function Jobs() {
  const [text, setText] = useState("");
  const [place, setPlace] = useState({ text: "", offset: 0 });
  useEffect(() => {
    const timer = setTimeout(() => setPlace((before) => (before.text === text ? before : { text, offset: 0 })), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const jobs = useRead("jobs", { ...place, limit: PAGE }, ["tasks", "executions"]);
  return (
    <Page title="Job table">
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <input type="search" aria-label="Part of a job" placeholder="id, status or any part of the item" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        {jobs.data !== undefined && <Pager total={jobs.data.total} offset={place.offset} onMove={(offset) => setPlace({ ...place, offset })} />}
      </form>
      <Show of={jobs}>
        {({ rows }) =>
          rows.length === 0 ? (
            <p class="empty">{place.text === "" ? "No job has been recorded yet." : "No job matches."}</p>
          ) : (
            <ul class="jobs">
              {rows.map((job) => (
                <Job key={job.jobId} job={job} />
              ))}
            </ul>
          )
        }
      </Show>
    </Page>
  );
}

function Pager({ total, offset, onMove }: { readonly total: number; readonly offset: number; readonly onMove: (offset: number) => void }) {
  return (
    <>
      <output aria-live="polite">{total <= PAGE ? `${total} ${total === 1 ? "job" : "jobs"}` : `${offset + 1} to ${Math.min(total, offset + PAGE)} of ${total} jobs`}</output>
      {total > PAGE && (
        <>
          <button disabled={offset === 0} onClick={() => onMove(Math.max(0, offset - PAGE))}>
            Newer
          </button>
          <button disabled={offset + PAGE >= total} onClick={() => onMove(offset + PAGE)}>
            Older
          </button>
        </>
      )}
    </>
  );
}

function Job({ job }: { readonly job: JobView }) {
  return (
    <li>
      <details>
        <summary>
          <Status status={job.status} /> {job.jobId} {job.attempt !== undefined && job.attempt > 1 && <span class="count">×{job.attempt}</span>}
          {!Number.isNaN(Date.parse(job.updatedAt)) && (
            <span class="side">
              <Moment at={Date.parse(job.updatedAt)} />
            </span>
          )}
        </summary>
        {job.executionArn !== undefined && (
          <p>
            <a href={executionHref(job.executionArn)}>The execution that dispatched it</a>
          </p>
        )}
        <Payload label="Item" text={job.item} />
      </details>
    </li>
  );
}
