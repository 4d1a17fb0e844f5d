import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { ActionButton } from "./basics.tsx";

/** A button whose action is asked about first: for what concerns many, or cannot be taken back. */
export function ConfirmButton(props: {
  readonly label: string;
  readonly question: ComponentChildren;
  readonly act: () => Promise<unknown>;
  readonly kind?: "danger" | "plain";
  readonly disabled?: boolean;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button class={props.kind} disabled={props.disabled} onClick={() => dialog.current?.showModal()}>
        {props.label}
      </button>
      <dialog ref={dialog} aria-label={props.label}>
        <p>{props.question}</p>
        <div class="actions">
          <ActionButton
            kind={props.kind === "danger" ? "danger" : "primary"}
            act={async () => {
              await props.act();
              dialog.current?.close();
            }}
          >
            {props.label}
          </ActionButton>
          <button onClick={() => dialog.current?.close()}>Cancel</button>
        </div>
      </dialog>
    </>
  );
}
