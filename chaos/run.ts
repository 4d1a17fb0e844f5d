import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { audit, type Audit, type Observations } from "./audit.ts";
import { connect, persist, type Client } from "./client.ts";
import { newLedger, noteClosed, type Ledger } from "./ledger.ts";
import { answerCallbacks, start } from "./load.ts";
import { Marks } from "./marks.ts";
import {
  countRunning,
  createdAt,
  observeEnds,
  observeExecutions,
  observeTasks,
  observeTaskStarts,
  recordStatus,
  schedulesIn,
  WORKFLOWS,
} from "./observe.ts";
import { plan, ROUND_MS, SITES, SPEED, type Kill, type Round, type Site, type Victim } from "./plan.ts";
import { StackProcess } from "./stack-process.ts";

export interface ChaosResult extends Audit {
  readonly seed: number;
  readonly rounds: number;
  readonly kills: Readonly<Record<Victim, number>>;
  readonly accepted: number;
  readonly paused: number;
  /** Requests that were refused, in the stack's words. */
  readonly refused: readonly string[];
  readonly seconds: number;
}

type PerSite<T> = Readonly<Record<Site, T>>;

/** For what was killed last to be run again, time-outs included, on a busy machine. */
const SETTLE_MS = 180_000;
/** Longer than a stack takes to run a lost job again, on a busy machine. */
const CALM_MS = 10_000;
const PROJECT = join(import.meta.dirname, "..");

/**
 * Runs the rounds of a seed on stacks of its own, and audits what is left of it.
 *
 * @param options.folder for the stacks' data, the marks and the stacks' error output; made when missing
 * @param options.report told what goes on, a line at a time
 */
export async function runChaos(options: { seed: number; rounds: number; folder: string; report: (line: string) => void }): Promise<ChaosResult> {
  const { seed, rounds, folder, report } = options;
  const began = Date.now();
  const marks = new Marks(join(folder, "marks"));
  const launch = (site: Site, projectFolder: string) => {
    mkdirSync(join(folder, site), { recursive: true });
    return StackProcess.start({ projectFolder, dataFolder: join(folder, site), environment: { EVIDENCE_FOLDER: marks.folder }, speed: SPEED });
  };
  const stacks: PerSite<StackProcess> = { workflows: await launch("workflows", PROJECT), evidence: await launch("evidence", join(PROJECT, "chaos/program")) };
  const ledger = newLedger();
  const kills: Record<Victim, number> = { stack: 0, function: 0, task: 0 };
  const over = new AbortController();
  try {
    const clients = forEachSite((site) => connect(stacks[site]));
    // Whoever needs them waits for them, and hears of it.
    for (const site of SITES) clients[site].catch(() => undefined);
    const answering = clients.evidence.then((client) => answerCallbacks(client, ledger, marks, over.signal));
    answering.catch(() => undefined);
    const starting: Promise<void>[] = [];
    for (const [index, round] of plan(seed, rounds).entries()) {
      await play(round, { stacks, clients, ledger, kills, starting });
      for (const site of SITES) await stacks[site].up();
      await watchEndings(await settled(clients), ledger);
      report(`round ${index + 1} of ${rounds}: ${ledger.executions.length} executions accepted, ${kills.stack} stacks, ${kills.function} functions and ${kills.task} tasks killed`);
    }
    await Promise.all(starting);
    const connected = await settled(clients);
    report("all rounds played; waiting until everything is over");
    await oneTimeMomentsCome(connected);
    const settledAt = Date.now();
    await settle(connected, ledger, marks, settledAt, report);
    await watchEndings(connected, ledger);
    over.abort();
    await answering;
    const observations = await observe(connected, ledger, marks, settledAt);
    for (const client of Object.values(connected)) client.destroy();
    for (const site of SITES) await stacks[site].end();
    const remains = [...observations.remains, ...(await processesOf(folder))];
    const result = audit(ledger, { ...observations, remains });
    const seconds = Math.round((Date.now() - began) / 1000);
    const accepted = ledger.executions.length + ledger.notes.length + ledger.schedules.length;
    return { seed, rounds, kills, accepted, paused: ledger.paused.length, refused: ledger.refused, seconds, ...result };
  } finally {
    over.abort();
    for (const site of SITES) await stacks[site].end();
  }
}

function forEachSite<T>(make: (site: Site) => T): PerSite<T> {
  return { workflows: make("workflows"), evidence: make("evidence") };
}

async function settled(clients: PerSite<Promise<Client>>): Promise<PerSite<Client>> {
  return { workflows: await clients.workflows, evidence: await clients.evidence };
}

async function play(
  round: Round,
  world: {
    stacks: PerSite<StackProcess>;
    clients: PerSite<Promise<Client>>;
    ledger: Ledger;
    kills: Record<Victim, number>;
    starting: Promise<void>[];
  },
): Promise<void> {
  const began = Date.now();
  for (const action of round) {
    await delay(Math.max(0, began + action.at - Date.now()));
    if (action.kind === "kill") {
      void kill(world.stacks[action.site], action).then((killed) => (world.kills[action.victim] += killed ? 1 : 0));
    } else {
      world.starting.push(settled(world.clients).then(
          (clients) => start(clients, world.ledger, action),
          // A stack that never came up ends the run elsewhere.
          () => undefined,
        ));
    }
  }
  await delay(Math.max(0, began + ROUND_MS - Date.now()));
}

/** Waits for a process of the kind, but not for long: what is planned as random must not become systematic. */
async function kill(stack: StackProcess, { victim, pick }: Kill): Promise<boolean> {
  const deadline = Date.now() + KILL_PATIENCE_MS;
  while (!stack.kill(victim, pick)) {
    if (Date.now() > deadline) return false;
    await delay(100);
  }
  return true;
}

const KILL_PATIENCE_MS = 2_000;

/** Looks at what has ended so far, to find out later whether it has stayed so. */
async function watchEndings(clients: PerSite<Client>, ledger: Ledger): Promise<void> {
  for (const site of SITES) {
    for (const workflow of WORKFLOWS[site]) {
      for (const { executionArn, end } of await persist(() => observeEnds(clients[site], workflow))) noteClosed(ledger, executionArn, end);
    }
  }
}

/**
 * Waits until nothing that began before `until` is open any more; the audit names what still is after {@link SETTLE_MS}.
 *
 * A job that was lost with the stack is briefly between two attempts: its record is closed, and the watchdog's invocation that runs it
 * again can't be seen. So nothing may be open for {@link CALM_MS}.
 */
async function settle(clients: PerSite<Client>, ledger: Ledger, marks: Marks, until: number, report: (line: string) => void): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  let calmSince = Infinity;
  for (let left = ""; Date.now() < deadline && Date.now() - calmSince < CALM_MS; ) {
    const open = await goingOn(clients, ledger, marks, until);
    calmSince = open.length > 0 ? Infinity : Math.min(calmSince, Date.now());
    if (open.join() !== left) report(`still open: ${(left = open.join()).replaceAll(",", ", ") || "nothing"}`);
    await delay(1000);
  }
}

/** What one-time schedules start belongs to the run, so the line that the audit draws comes after the last of them. */
async function oneTimeMomentsCome(clients: PerSite<Client>): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  while (Date.now() < deadline) {
    // Who creates reminders comes first: what it creates later would be missed.
    const creating = await persist(() => countRunning(clients.workflows, "createReminder", Date.now()));
    if (creating + (await oneTimeSchedulesLeft(clients)) === 0) return;
    await delay(500);
  }
}

async function oneTimeSchedulesLeft({ workflows, evidence }: PerSite<Client>): Promise<number> {
  const reminders = await persist(() => schedulesIn(workflows, workflows.output("reminderScheduleGroupName")));
  return reminders.length + (await persist(() => oneTimeSchedules(evidence))).length;
}

async function goingOn(clients: PerSite<Client>, ledger: Ledger, marks: Marks, until: number): Promise<string[]> {
  const open: string[] = [];
  const count = (what: string, number: number) => {
    if (number > 0) open.push(`${number} ${what}`);
  };
  for (const site of SITES) {
    for (const workflow of WORKFLOWS[site]) count(workflow, await persist(() => countRunning(clients[site], workflow, until)));
  }
  const { workflows } = clients;
  count("tasks", (await persist(() => observeTasks(workflows))).filter(({ lastStatus }) => lastStatus !== "STOPPED").length);
  count("one-time schedules", await oneTimeSchedulesLeft(clients));
  count("records open", [...(await jobRecords(workflows, ledger)).values()].filter((status) => status !== "SUCCEEDED" && status !== "FAILED").length);
  const notes = new Set(marks.read("notes").map(([key]) => key));
  count("events to deliver", ledger.notes.filter((key) => !notes.has(key)).length);
  return open;
}

async function observe(clients: PerSite<Client>, ledger: Ledger, marks: Marks, until: number): Promise<Observations> {
  const { workflows, evidence } = clients;
  const executions = [];
  for (const site of SITES) {
    for (const workflow of WORKFLOWS[site]) executions.push(...(await persist(() => observeExecutions(clients[site], site, workflow, until))));
  }
  return {
    executions,
    tasks: await persist(() => observeTasks(workflows)),
    taskStarts: await persist(() => observeTaskStarts(workflows)),
    stepRuns: marks.read("steps").map(([executionId = "", step = "", at]) => ({ executionId, step, at: Number(at) })),
    notes: new Set(marks.read("notes").map(([key = ""]) => key)),
    records: await jobRecords(workflows, ledger),
    minutely: [
      { workflow: "report", from: await createdAt(workflows, workflows.output("reportScheduleArn")), to: until - GRACE_MS },
      { workflow: "tick", from: await createdAt(evidence, evidence.output("cronScheduleArn")), to: until - GRACE_MS },
    ],
    remains: [...(await schedulesIn(workflows, workflows.output("reminderScheduleGroupName"))), ...(await oneTimeSchedules(evidence))],
  };
}

/** A moment just before the end of the rounds may have started its execution just after it. */
const GRACE_MS = 15_000;

async function oneTimeSchedules(client: Client): Promise<string[]> {
  const names = await schedulesIn(client, client.output("scheduleGroupName"));
  return names.filter((name) => name.startsWith("schedule-"));
}

async function jobRecords(client: Client, ledger: Ledger): Promise<Map<string, string | undefined>> {
  const records = new Map<string, string | undefined>();
  for (const { workflow, executionArn } of ledger.executions) {
    if (workflow !== "dispatchJob") continue;
    const jobId = executionArn.slice(executionArn.lastIndexOf("/") + 1);
    records.set(jobId, await recordStatus(client, jobId));
  }
  return records;
}

/** Processes that name the run's folder in their command line, a moment after the stacks have been killed. */
async function processesOf(folder: string): Promise<string[]> {
  const look = () => execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="], { encoding: "utf8" }).split("\n").filter((line) => line.includes(folder));
  for (let tries = 0; tries < 20 && look().length > 0; tries++) await delay(100);
  return look();
}
