import { setImmediate } from "node:timers/promises";
import * as z from "zod";
import { isOpen } from "../../operator/execution-status.ts";
import { FASTEST } from "../../operator/local-clock.ts";
import { type Actions, MOST_AT_A_TIME } from "../../operator/page/api.ts";
import type { BrowseFilter } from "../durable/browse.ts";
import { replay } from "../durable/machine/evolve.ts";
import type { ExecutionRow } from "../durable/repository.ts";
import { AwsError } from "../errors.ts";
import { parsePayload } from "../lambda/invocation-rules.ts";
import { faultsOf } from "./inputs.ts";
import { redriveTarget } from "./lists.ts";
import { browseFilter, filterSchema, findExecution, notFound } from "./reads.ts";
import { type ConsoleServices, currentVersion, workflowOf } from "./services.ts";

type Act<Key extends keyof Actions> = (body: unknown) => Actions[Key]["answer"] | Promise<Actions[Key]["answer"]>;

const STOPPED = { ErrorType: "Stopped", ErrorMessage: "Stopped from the console" };
const STOP_REASON = "Stopped from the console";
/** Done in one turn of the event loop; the stack goes on between turns. */
const AT_ONCE = 50;

const byArn = z.object({ arn: z.string() });
const schedule = z.object({ groupName: z.string(), name: z.string() });

/** Everything that the page can do, through the services that the AWS APIs are made of. */
export function createActions(services: ConsoleServices): { readonly [Key in keyof Actions]: Act<Key> } {
  const { engine, tasks, scheduler, messages, store, clock } = services;
  return {
    check(body) {
      const { workflow, input } = z.object({ workflow: z.string(), input: z.string() }).parse(body);
      return { faults: faultsOf(services, workflow, input) };
    },
    start(body) {
      const { workflow, input, name } = z.object({ workflow: z.string(), input: z.string(), name: z.string().optional() }).parse(body);
      return start(services, workflow, input, name);
    },
    stop(body) {
      engine.stopExecution(byArn.parse(body).arn, STOPPED);
      return {};
    },
    speed(body) {
      const { speed } = z.object({ speed: z.number().min(1).max(FASTEST) }).parse(body);
      clock.setSpeed(speed);
      return { speed };
    },
    skip(body) {
      const { due, operations } = engine.skipToNextTimer(byArn.parse(body).arn);
      return { due, operationIds: operations.map(({ id }) => id) };
    },
    rerun(body) {
      const { arn, input } = byArn.extend({ input: z.string().optional() }).parse(body);
      const started = rerun(services, findExecution(services, arn), input);
      if (started === undefined) throw new AwsError("InvalidParameterValueException", "Its function is no longer a durable function of this stack.");
      return { arn: started };
    },
    "stop-all"(body) {
      const { status = "RUNNING", ...filter } = filterSchema.parse(body);
      // Of those that have ended there is none to stop.
      if (!isOpen(status)) return { count: 0 };
      return forAll(services, browseFilter(services, { ...filter, status }), (row) => {
        engine.stopExecution(services.executions.arnOf(row), STOPPED);
      });
    },
    "rerun-all": (body) =>
      forAll(services, browseFilter(services, filterSchema.parse(body)), (row) => {
        rerun(services, row, undefined);
      }),
    callback(body) {
      const { callbackId, outcome, result, errorType, errorMessage } = z
        .object({
          callbackId: z.string(),
          outcome: z.enum(["success", "failure", "heartbeat"]),
          result: z.string().optional(),
          errorType: z.string().optional(),
          errorMessage: z.string().optional(),
        })
        .parse(body);
      if (outcome === "heartbeat") engine.reportCallback(callbackId, { kind: "heartbeat" });
      else if (outcome === "success") engine.reportCallback(callbackId, { kind: "succeed", result: result ?? "" });
      else engine.reportCallback(callbackId, { kind: "fail", error: { ErrorType: errorType, ErrorMessage: errorMessage } });
      return {};
    },
    "stop-task"(body) {
      const { arn } = byArn.parse(body);
      const task = tasks.table.get(arn.slice(arn.lastIndexOf("/") + 1));
      if (task === undefined) throw notFound("There is no such task.");
      tasks.stopTask(task, STOP_REASON);
      return {};
    },
    "fire-schedule"(body) {
      const { groupName, name } = schedule.parse(body);
      scheduler.fireNow(groupName, name);
      return {};
    },
    "delete-schedule"(body) {
      const { groupName, name } = schedule.parse(body);
      scheduler.delete(groupName, name);
      return {};
    },
    redrive(body) {
      const { queue, sequence } = z.object({ queue: z.string(), sequence: z.number() }).parse(body);
      const message = messages.find(queue, sequence);
      const target = message && redriveTarget(services, message);
      if (message === undefined || target === undefined) throw notFound("There is no such dead letter, or nowhere to deliver it.");
      return store.write(() => {
        const { executionArn } = services.asyncInvoker.invokeAsync(target, message.body);
        messages.remove(sequence);
        return { arn: executionArn };
      });
    },
  };
}

function version(services: ConsoleServices, workflow: string) {
  const found = currentVersion(services, workflow);
  if (found === undefined) throw notFound(`There is no function ${workflow}.`);
  return found;
}

function start(services: ConsoleServices, workflow: string, input: string, name: string | undefined): { arn?: string } {
  const target = version(services, workflow);
  const payload = parsePayload(Buffer.from(input), "Event");
  if (target.durable === undefined) return { arn: services.asyncInvoker.invokeAsync(target.qualifiedArn, payload).executionArn };
  return { arn: services.engine.start({ version: target, input: payload, invocationType: "Event", name }).executionArn };
}

function rerun(services: ConsoleServices, row: ExecutionRow, input: string | undefined): string | undefined {
  const target = currentVersion(services, workflowOf(services, row.functionName));
  if (target?.durable === undefined) return undefined;
  const payload = input ?? replay(services.executions.events(row.id).slice(0, 1)).input;
  return start(services, workflowOf(services, row.functionName), payload, undefined).arn;
}

/** Looks for all of them first, so that what the action starts is not taken for part of them. */
async function forAll(services: ConsoleServices, filter: BrowseFilter, act: (row: ExecutionRow) => void): Promise<{ count: number }> {
  const rows = services.executions.list(filter, { now: services.clock.now(), offset: 0, limit: MOST_AT_A_TIME });
  for (const [index, row] of rows.entries()) {
    act(row);
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
  }
  return { count: rows.length };
}
