import { check, rounded, type Check, type Section } from "../report/section.ts";
import { WAITS, type EngineFigures, type LoadFigures } from "./measure-engine.ts";

const MANY = 128;

/** Three-step executions under load, on every engine that could run. */
export function loadSection(figures: readonly EngineFigures[], notes: readonly string[]): Section {
  return {
    title: "Three-step executions under load",
    columns: ["engine", "step ms", "clients", "executions/s", "p50 ms", "p99 ms", "memory MiB"],
    rows: figures.flatMap(({ engine, loads }) =>
      loads.map(({ stepMilliseconds, clients, perSecond, p50, p99, megabytes }) => [
        engine, stepMilliseconds, clients, rounded(perSecond), rounded(p50), rounded(p99), rounded(megabytes),
      ]),
    ),
    notes,
    checks: loadChecks(figures),
  };
}

function loadChecks(figures: readonly EngineFigures[]): Check[] {
  const [own, runner, restate] = ["local stack", "LocalDurableTestRunner", "Restate"].map((name) => figures.find(({ engine }) => engine.startsWith(name)));
  const ratio = (a: number | undefined, b: number | undefined) => (a === undefined || b === undefined ? undefined : a / b);
  const at = (engine: EngineFigures | undefined, clients: number): LoadFigures | undefined =>
    engine?.loads.find((load) => load.clients === clients && load.stepMilliseconds === 0);
  return [
    check(`executions/s at ${MANY} clients, of LocalDurableTestRunner's`, ratio(at(own, MANY)?.perSecond, at(runner, MANY)?.perSecond), "at least", 3, "times"),
    check(`executions/s at ${MANY} clients, of Restate's`, ratio(at(own, MANY)?.perSecond, at(restate, MANY)?.perSecond), "at least", 2, "times"),
    check("p50 at 1 client, of Restate's", ratio(at(own, 1)?.p50, at(restate, 1)?.p50), "at most", 0.5, "times"),
    check("one execution of 1,000 steps, of Restate's", ratio(own?.oneExecution[1_000], restate?.oneExecution[1_000]), "at most", 0.5, "times"),
  ];
}

/** Long executions and many waits. */
export function longSection(figures: readonly EngineFigures[]): Section {
  const own = figures.find(({ engine }) => engine === "local stack");
  const perStep = Object.entries(own?.oneExecution ?? {}).map(([steps, milliseconds]) => milliseconds / Number(steps));
  return {
    title: "Long executions, and many waits",
    columns: ["engine", "what", "time", "per operation"],
    rows: figures.flatMap(({ engine, oneExecution, waits }) => [
      ...Object.entries(oneExecution).map(([steps, milliseconds]) => [
        engine, `one execution of ${steps} steps`, `${rounded(milliseconds)} ms`, `${rounded(milliseconds / Number(steps))} ms`,
      ]),
      [engine, `${WAITS} waits of 1 s at once, the first time`, `${rounded(waits.first)} s`, ""],
      [engine, `${WAITS} waits of 1 s at once, again`, `${rounded(waits.again)} s`, ""],
    ]),
    notes: ["Executions of 500 to 2,900 steps: an execution may have 3,000 operations, its start among them."],
    checks: [
      check("slowest time per operation, of the quickest", perStep.length < 2 ? undefined : Math.max(...perStep) / Math.min(...perStep), "at most", 1.5, "times"),
      check(`${WAITS} waits of 1 s at once, again`, own?.waits.again, "at most", 1.5, "s"),
    ],
  };
}
