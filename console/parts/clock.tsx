import { useState } from "preact/hooks";
import { act } from "../client.ts";

/** Others can be set by `wf clock speed`. */
const FACTORS = [1, 2, 5, 10, 50, 100, 1000];

/** How fast the stack's durations pass, to be seen and set. */
export function ClockControl({ speed }: { readonly speed: number }) {
  const [fault, setFault] = useState<string>();
  const change = (factor: number) => {
    setFault(undefined);
    act("speed", { speed: factor }).catch((error: unknown) => setFault((error as Error).message));
  };
  const factors = FACTORS.includes(speed) ? FACTORS : [...FACTORS, speed].sort((a, b) => a - b);
  return (
    <label
      class={`clock ${speed === 1 ? "" : "fast"}`}
      title="How fast waits, retries and time-outs pass that begin from now on. Those under way keep their moment; schedules keep to real time."
    >
      <span aria-hidden="true">◷</span>
      <span class="hidden">Speed of the clock</span>
      <select value={String(speed)} onChange={(event) => change(Number(event.currentTarget.value))}>
        {factors.map((factor) => (
          <option key={factor} value={String(factor)}>
            {factor === 1 ? "real time" : `${factor}× speed`}
          </option>
        ))}
      </select>
      {fault !== undefined && (
        <span class="fault" role="alert">
          {fault}
        </span>
      )}
    </label>
  );
}
