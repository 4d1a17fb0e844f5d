import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** What stands beside a timeline, or below it where the window is narrow. @param label for screen readers */
export function Panel(props: { readonly title: string; readonly label: string; readonly onClose: () => void; readonly children: ComponentChildren }) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <aside class="panel" ref={panel} aria-label={props.label}>
      <header>
        <h2>{props.title}</h2>
        <button class="plain" onClick={props.onClose} aria-label="Close">
          ✕
        </button>
      </header>
      {props.children}
    </aside>
  );
}
