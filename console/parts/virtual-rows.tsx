import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

const MARGIN_ROWS = 12;

/**
 * The rows in sight of a list of any length. All rows are of one height; those out of sight are padding.
 *
 * @param onRange told which rows are wanted, for lists that are read piece by piece
 */
export function VirtualRows(props: {
  readonly count: number;
  readonly rowHeight: number;
  readonly class: string;
  readonly role: "rowgroup" | "list";
  readonly label?: string;
  readonly row: (index: number) => ComponentChildren;
  readonly onRange?: (from: number, to: number) => void;
}) {
  const { count, rowHeight, onRange } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ from: 0, to: 60 });
  const look = () => {
    const element = scroller.current;
    if (element === null) return;
    const from = Math.max(0, Math.floor(element.scrollTop / rowHeight) - MARGIN_ROWS);
    const to = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + MARGIN_ROWS;
    if (from !== range.from || to !== range.to) setRange({ from, to });
    onRange?.(from, to);
  };
  useLayoutEffect(look, [count]);
  const to = Math.min(count, range.to);
  const from = Math.min(range.from, to);
  const rows: ComponentChildren[] = [];
  for (let index = from; index < to; index++) rows.push(props.row(index));
  return (
    <div class={`scroller ${props.class}`} ref={scroller} onScroll={look} role="presentation">
      <div role={props.role} aria-label={props.label} style={{ paddingTop: `${from * rowHeight}px`, paddingBottom: `${(count - to) * rowHeight}px` }}>
        {rows}
      </div>
    </div>
  );
}
