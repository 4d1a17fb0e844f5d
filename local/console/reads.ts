import * as z from "zod";
import type { Reads } from "../../operator/page/api.ts";
import { EXECUTION_STATUSES } from "../../operator/execution-status.ts";
import type { BrowseFilter } from "../durable/browse.ts";
import type { ExecutionRow } from "../durable/repository.ts";
import { AwsError } from "../errors.ts";
import { denialViews } from "./denials.ts";
import { executionSummary, executionView } from "./execution-view.ts";
import { functionViews, type Policies } from "./functions.ts";
import { inputView } from "./inputs.ts";
import { jobPage, jobQuery } from "./jobs.ts";
import { deadLetterViews, homeView, scheduleViews, taskViews } from "./lists.ts";
import { operationQuery, operationView } from "./operation-view.ts";
import { type ConsoleServices, currentVersion, workflowOf } from "./services.ts";

type Read<Key extends keyof Reads> = (query: URLSearchParams) => Reads[Key] | Promise<Reads[Key]>;

const LARGEST_PAGE = 500;

const moment = z.coerce.number().int().min(0).optional();
export const filterSchema = z.object({
  workflow: z.string().optional(),
  status: z.enum(EXECUTION_STATUSES).optional(),
  since: moment,
  until: moment,
  text: z.string().max(2048).optional(),
});
const pageSchema = filterSchema.extend({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(100),
});

/** Everything that the page can read. */
export function createReads(services: ConsoleServices, policies: () => Policies): { readonly [Key in keyof Reads]: Read<Key> } {
  return {
    stack: () => ({
      stack: services.stack,
      region: services.iam.identity.region,
      speed: services.clock.speed,
      failedReload: services.reload.failure,
      workflows: services.registry.functions().map(({ functionName }) => workflowOf(services, functionName)),
    }),
    home: () => homeView(services),
    executions(query) {
      const { offset, limit, ...filter } = pageSchema.parse(Object.fromEntries(query));
      const now = services.clock.now();
      const wanted = browseFilter(services, filter);
      return {
        total: services.executions.count(wanted, now),
        offset,
        rows: services.executions.list(wanted, { now, offset, limit }).map((row) => executionSummary(services, row)),
      };
    },
    execution: (query) => executionView(services, findExecution(services, query.get("arn") ?? "")),
    operation: (query) => operationView(services, findExecution(services, query.get("arn") ?? ""), operationQuery.parse(Object.fromEntries(query))),
    tasks: () => taskViews(services),
    schedules: () => scheduleViews(services),
    "dead-letters": () => deadLetterViews(services),
    jobs: (query) => jobPage(services, jobQuery.parse(Object.fromEntries(query))),
    functions: () => functionViews(services, policies()),
    denials: () => denialViews(services.iam.denials()),
    start(query) {
      const workflow = query.get("workflow") ?? "";
      const version = currentVersion(services, workflow);
      if (version === undefined) throw notFound(`There is no function ${workflow}.`);
      return { workflow, durable: version.durable !== undefined, ...inputView(services, workflow, services.clock.now()) };
    },
  };
}

/** @param reference ARN or id @throws AwsError when there is none */
export function findExecution({ engine, executions }: ConsoleServices, reference: string): ExecutionRow {
  if (reference.startsWith("arn:")) return engine.queries.find(reference);
  const row = reference === "" ? undefined : executions.byExecutionId(reference);
  if (row === undefined) throw notFound("There is no such execution.");
  return row;
}

export function browseFilter(services: ConsoleServices, { workflow, ...filter }: z.output<typeof filterSchema>): BrowseFilter {
  // A workflow that is gone matches nothing.
  return workflow === undefined ? filter : { ...filter, functionName: currentVersion(services, workflow)?.functionName ?? "" };
}

export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, 404);
}
