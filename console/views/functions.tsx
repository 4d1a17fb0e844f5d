import type { DenialView, FunctionView } from "../../operator/page/api.ts";
import { useRead } from "../hooks.ts";
import { Moment, Page, Payload, Show } from "../parts/basics.tsx";

export function Functions() {
  const functions = useRead("functions", {}, ["reload"]);
  const denials = useRead("denials", {}, ["executions", "tasks"]);
  return (
    <Page title="Functions">
      <Show of={functions}>
        {(list) => (
          <div class="cards">
            {list.map((view) => (
              <Function key={view.arn} view={view} />
            ))}
          </div>
        )}
      </Show>
      <section class="group" aria-labelledby="denials">
        <h2 id="denials">Refused by IAM</h2>
        <Show of={denials} empty={<p>Nothing has been refused since the stack started.</p>}>
          {(list) => (
            <ul class="cards">
              {list.map((denial, index) => (
                <Denial key={index} denial={denial} />
              ))}
            </ul>
          )}
        </Show>
      </section>
    </Page>
  );
}

function Function({ view }: { readonly view: FunctionView }) {
  return (
    <article class="card" aria-label={view.workflow}>
      <h2>{view.workflow}</h2>
      <p>
        {[
          view.durable ? "durable" : "plain",
          `version ${view.newest}${view.versions.length > 1 ? ` of ${view.versions.join(", ")}` : ""}`,
          ...view.aliases.map(({ name, version }) => `${name} → ${version}`),
          `${view.memoryMegabytes} MB`,
          `${view.timeoutSeconds} s`,
        ].join(" · ")}
      </p>
      <p>
        <a href={`#/start/${view.workflow}`}>Start</a>{view.durable && (
          <>
            {" "}
            · <a href={`#/executions?workflow=${view.workflow}`}>Executions</a>
          </>
        )}
      </p>
      <details>
        <summary>What {view.workflow} may do</summary>
        <p class="detail">
          As the role <code>{view.roleArn}</code>
        </p>
        {view.policies.map(({ name, document }) => (
          <Payload key={name} label={name} text={document} />
        ))}
      </details>
      <details>
        <summary>Who may invoke {view.workflow}</summary>
        {view.invokers.length === 0 && <p class="empty">Nobody but you: no permission and no role of the program allows it.</p>}
        {view.invokers.map(({ name, statement }, index) => (
          <Payload key={index} label={name} text={statement} />
        ))}
      </details>
    </article>
  );
}

function Denial({ denial }: { readonly denial: DenialView }) {
  return (
    <li class="card">
      <p>
        <Moment at={denial.at} /> <b>{denial.action}</b>
      </p>
      <p class="detail">{denial.message}</p>
      {denial.statement === undefined ? <p>To be changed: {denial.where}.</p> : <Payload label={`Statement that would be needed in ${denial.where}`} text={denial.statement} />}
    </li>
  );
}
