import { oneOf, randomFrom, wholeNumber, type Random } from "./random.ts";

/** `workflows` runs this project's own program, `evidence` the one in `chaos/program`, whose steps leave marks outside. */
export const SITES = ["workflows", "evidence"] as const;
export type Site = (typeof SITES)[number];

export type Victim = "stack" | "function" | "task";

export interface Kill {
  readonly kind: "kill";
  /** Milliseconds after the round's beginning. */
  readonly at: number;
  readonly site: Site;
  readonly victim: Victim;
  /** Which of the processes that run at that moment: a fraction of their number, 0 to less than 1. */
  readonly pick: number;
}

/** Seconds in inputs are declared ones, which pass {@link SPEED} times as fast; `inSeconds` are real ones. */
export type Work =
  | { readonly workflow: "math"; readonly num1: number; readonly num2: number }
  | { readonly workflow: "steps" | "callback" | "chain"; readonly pause?: Pause }
  | { readonly workflow: "report" | "note" }
  | { readonly workflow: "pollJob" | "dispatchJob" | "callbackJob"; readonly input: JobInput; readonly stopAfterMilliseconds?: number; readonly pause?: Pause }
  | { readonly workflow: "createReminder" | "schedule"; readonly inSeconds: number };

/** A pause of an execution, and the resume after it. */
export interface Pause {
  readonly afterMilliseconds: number;
  readonly forMilliseconds: number;
}

export interface JobInput {
  readonly message: string;
  readonly processingTime: number;
  readonly fail?: { readonly exitCode: number; readonly error?: string };
}

export interface Start {
  readonly kind: "start";
  readonly at: number;
  /** Unique in the run: names executions and schedules, so that a repeated request is the same one. */
  readonly key: string;
  readonly work: Work;
}

export type Action = Kill | Start;
/** In the order of their times. */
export type Round = readonly Action[];

export const ROUND_MS = 10_000;
/**
 * Declared seconds in a real one: retries and time-outs of minutes pass in a run of minutes. Jobs keep to the real clock, so
 * any faster and their heartbeats would come too late.
 */
export const SPEED = 2;

const STARTS_PER_ROUND: Readonly<Record<Work["workflow"], number>> = {
  math: 2,
  report: 1,
  pollJob: 1,
  callbackJob: 2,
  dispatchJob: 3,
  createReminder: 1,
  steps: 3,
  callback: 2,
  chain: 2,
  note: 2,
  schedule: 3,
};

/** What happens in each round, from the seed alone. When processes reach which point is up to the machine. */
export function plan(seed: number, rounds: number): Round[] {
  const random = randomFrom(seed);
  return Array.from({ length: rounds }, (_, index) => {
    const actions: Action[] = [...starts(random, index + 1), ...kills(random)];
    return actions.sort((a, b) => a.at - b.at);
  });
}

function starts(random: Random, round: number): Start[] {
  return Object.entries(STARTS_PER_ROUND).flatMap(([workflow, count]) =>
    Array.from({ length: count }, (_, index): Start => {
      const work = workOf(workflow as Work["workflow"], random);
      return { kind: "start", at: wholeNumber(random, 0, ROUND_MS - 2000), key: `${workflow}-${round}-${index + 1}`, work };
    }),
  );
}

function workOf(workflow: Work["workflow"], random: Random): Work {
  switch (workflow) {
    case "math":
      return { workflow, num1: wholeNumber(random, 0, 99), num2: wholeNumber(random, 0, 3) };
    case "pollJob":
    case "callbackJob":
      return random() < 0.25 ? { workflow, input: jobInput(random), stopAfterMilliseconds: wholeNumber(random, 0, 4000) } : { workflow, input: jobInput(random), pause: somePause(random) };
    case "dispatchJob":
      // While its function starts, or just after: later it has ended.
      return { workflow, input: jobInput(random), stopAfterMilliseconds: random() < 0.6 ? wholeNumber(random, 0, 1000) : undefined };
    case "createReminder":
    case "schedule":
      return { workflow, inSeconds: wholeNumber(random, 1, 8) };
    case "steps":
    case "callback":
    case "chain":
      return { workflow, pause: somePause(random) };
    case "report":
    case "note":
      return { workflow };
  }
}

function somePause(random: Random): Pause | undefined {
  return random() < 0.4 ? { afterMilliseconds: wholeNumber(random, 0, 3000), forMilliseconds: wholeNumber(random, 0, 4000) } : undefined;
}

function jobInput(random: Random): JobInput {
  const fail = oneOf(random, [undefined, undefined, undefined, { exitCode: 3 }, { exitCode: 4, error: "out of paper" }]);
  return { message: "chaos", processingTime: wholeNumber(random, 1, 6), fail };
}

/** Each stack dies once or twice a round, the second time often while it is still starting. */
function kills(random: Random): Kill[] {
  const some = (site: Site, victim: Victim, count: number): Kill[] =>
    Array.from({ length: count }, () => ({ kind: "kill", at: wholeNumber(random, 500, ROUND_MS), site, victim, pick: random() }));
  const stackKills = SITES.flatMap((site) => {
    const [first] = some(site, "stack", 1);
    if (first === undefined || random() < 0.7) return first ?? [];
    return [first, { ...first, at: first.at + wholeNumber(random, 200, 4000) }];
  });
  return [
    ...stackKills,
    ...some("workflows", "function", wholeNumber(random, 1, 3)),
    ...some("evidence", "function", wholeNumber(random, 2, 4)),
    ...some("workflows", "task", wholeNumber(random, 1, 3)),
  ];
}
