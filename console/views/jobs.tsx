import { executionHref } from "../format.ts";
import { useRead } from "../hooks.ts";
import { Page, Payload, Show, Status } from "../parts/basics.tsx";

export function Jobs() {
  const jobs = useRead("jobs", {}, ["tasks", "executions"]);
  return (
    <Page title="Job table">
      <Show of={jobs} empty={<p>No job has been recorded yet. dispatch-job records them.</p>}>
        {(list) => (
          <ul class="cards">
            {list.map((job) => (
              <li class="card" key={job.jobId}>
                <details>
                  <summary>
                    <Status status={job.status} /> {job.jobId} {job.attempt !== undefined && job.attempt > 1 && <span class="count">×{job.attempt}</span>}
                  </summary>
                  {job.executionArn !== undefined && (
                    <p>
                      <a href={executionHref(job.executionArn)}>The execution that dispatched it</a>
                    </p>
                  )}
                  <Payload label="Item" text={job.item} />
                </details>
              </li>
            ))}
          </ul>
        )}
      </Show>
    </Page>
  );
}
