import { act } from "../client.ts";
import { executionHref } from "../format.ts";
import { useRead } from "../hooks.ts";
import { ActionButton, Moment, Newest, Page, Payload, Show } from "../parts/basics.tsx";

export function DeadLetters() {
  const letters = useRead("dead-letters", {}, ["deadLetters"]);
  return (
    <Page title="Dead letters">
      <Show of={letters} empty={<p>There are none. Events that cannot be delivered, or whose function fails for good, come here.</p>}>
        {(list) => (
          <>
            <Newest of={list} />
            <ul class="cards">
              {list.map((letter) => (
                <li class="card" key={letter.sequence}>
                  <h2>{letter.queue}</h2>
                  <p>
                    sent <Moment at={letter.sentAt} />
                    {letter.execution !== undefined && (
                      <>
                        {" "}
                        by <a href={executionHref(letter.execution.arn)}>{letter.execution.name}</a>
                      </>
                    )}
                    {letter.target !== undefined && (
                      <>
                        {" "}
                        for <b>{letter.target}</b>
            
          </>
                  )}
                </p>
                {letter.attributes.ErrorMessage !== undefined && <p class="notice bad">{letter.attributes.ErrorMessage}</p>}
                {letter.attributes.ERROR_MESSAGE !== undefined && <p class="notice bad">{letter.attributes.ERROR_MESSAGE}</p>}
                <Payload label="Event" text={letter.body} />
                {letter.target !== undefined && (
                  <div class="actions">
                    <ActionButton
                      act={async () => {
                        const { arn } = await act("redrive", letter);
                        if (arn !== undefined) location.hash = executionHref(arn);
                      }}
                    >
                      Redrive
                    </ActionButton>
                  </div>
                )}
              </li>
            ))}
          </ul>
          </>
        )}
      </Show>
    </Page>
  );
}
