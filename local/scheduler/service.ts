import * as z from "zod";
import { AwsError } from "../errors.ts";
import { parseInput } from "../gateway/input.ts";
import { parseJson } from "../gateway/json-protocol.ts";
import { jsonResponse, restJsonService, type Route, type RoutedRequest } from "../gateway/rest-json-protocol.ts";
import { formatPageToken, readPageToken } from "../gateway/page-token.ts";
import type { Service } from "../gateway/service.ts";
import type { AccessRequest } from "../iam/access.ts";
import type { ScheduleDefinition, Scheduler } from "./scheduler.ts";
import { clientToken, describeGroup, describeSchedule, name, scheduleInput, summarizeSchedule } from "./shapes.ts";

const nameInput = z.object({ Name: name, groupName: name.default("default") });
const groupInput = z.object({ Name: name, ClientToken: clientToken });
const page = { NamePrefix: z.string().default(""), NextToken: z.string().optional(), MaxResults: z.coerce.number().int().min(1).max(100).default(100) };
const listInput = z.object({ ...page, ScheduleGroup: name.optional(), State: z.enum(["ENABLED", "DISABLED"]).optional() });
const listGroupsInput = z.object(page);

/** EventBridge Scheduler's API: schedules and their groups. */
export function schedulerService(scheduler: Scheduler): Service {
  function onSchedule(action: string, { groupName, name }: { groupName: string; name: string }): AccessRequest {
    return { action: `scheduler:${action}`, resource: scheduler.scheduleArn(groupName, name) };
  }
  const onGroup = (action: string, group: string): AccessRequest => ({ action: `scheduler:${action}`, resource: scheduler.groupArn(group) });

  /** Whoever gives a schedule a role must be allowed to pass it to Scheduler. */
  function save(action: "CreateSchedule" | "UpdateSchedule", execute: (definition: ScheduleDefinition, token?: string) => string): Route["call"] {
    return (request) => {
      const { definition, token } = parseInput(scheduleInput, bodyOf(request));
      const passRole = {
        action: "iam:PassRole",
        resource: definition.target.roleArn,
        context: { "iam:PassedToService": "scheduler.amazonaws.com" },
      };
      return {
        access: [onSchedule(action, definition), passRole],
        execute: () => jsonResponse({ ScheduleArn: execute(definition, token) }),
      };
    };
  }

  const routes: Route[] = [
    {
      operation: "CreateSchedule",
      method: "POST",
      path: "/schedules/{Name}",
      call: save("CreateSchedule", (definition, token) => scheduler.create(definition, token)),
    },
    {
      operation: "UpdateSchedule",
      method: "PUT",
      path: "/schedules/{Name}",
      call: save("UpdateSchedule", (definition) => scheduler.update(definition)),
    },
    {
      operation: "GetSchedule",
      method: "GET",
      path: "/schedules/{Name}",
      call(request) {
        const { Name, groupName } = parseInput(nameInput, parametersOf(request));
        return {
          access: [onSchedule("GetSchedule", { groupName, name: Name })],
          execute: () => jsonResponse(describeSchedule(scheduler.get(groupName, Name))),
        };
      },
    },
    {
      operation: "DeleteSchedule",
      method: "DELETE",
      path: "/schedules/{Name}",
      call(request) {
        const { Name, groupName } = parseInput(nameInput, parametersOf(request));
        return {
          access: [onSchedule("DeleteSchedule", { groupName, name: Name })],
          execute() {
            scheduler.delete(groupName, Name);
            return jsonResponse({});
          },
        };
      },
    },
    {
      operation: "ListSchedules",
      method: "GET",
      path: "/schedules",
      call(request) {
        const input = parseInput(listInput, parametersOf(request));
        return {
          access: [{ action: "scheduler:ListSchedules", resource: "*" }],
          execute() {
            const schedules = scheduler
              .list()
              .filter(({ definition: { name, groupName, state } }) =>
                name.startsWith(input.NamePrefix) && groupName === (input.ScheduleGroup ?? groupName) && state === (input.State ?? state),
              );
            const { items, NextToken } = paginate("ListSchedules", schedules, ({ definition }) => `${definition.groupName}/${definition.name}`, input);
            return jsonResponse({ Schedules: items.map(summarizeSchedule), NextToken });
          },
        };
      },
    },
    {
      operation: "CreateScheduleGroup",
      method: "POST",
      path: "/schedule-groups/{Name}",
      call(request) {
        const { Name, ClientToken } = parseInput(groupInput, bodyOf(request));
        return {
          access: [onGroup("CreateScheduleGroup", Name)],
          execute: () => jsonResponse({ ScheduleGroupArn: scheduler.createGroup(Name, ClientToken) }),
        };
      },
    },
    {
      operation: "GetScheduleGroup",
      method: "GET",
      path: "/schedule-groups/{Name}",
      call(request) {
        const { Name } = parseInput(nameInput, parametersOf(request));
        return { access: [onGroup("GetScheduleGroup", Name)], execute: () => jsonResponse(describeGroup(scheduler.getGroup(Name))) };
      },
    },
    {
      operation: "DeleteScheduleGroup",
      method: "DELETE",
      path: "/schedule-groups/{Name}",
      call(request) {
        const { Name } = parseInput(nameInput, parametersOf(request));
        return {
          access: [onGroup("DeleteScheduleGroup", Name), onSchedule("DeleteSchedule", { groupName: Name, name: "*" })],
          execute() {
            scheduler.deleteGroup(Name);
            return jsonResponse({});
          },
        };
      },
    },
    {
      operation: "ListScheduleGroups",
      method: "GET",
      path: "/schedule-groups",
      call(request) {
        const input = parseInput(listGroupsInput, parametersOf(request));
        return {
          access: [{ action: "scheduler:ListScheduleGroups", resource: "*" }],
          execute() {
            const groups = scheduler.groups().filter((group) => group.name.startsWith(input.NamePrefix));
            const { items, NextToken } = paginate("ListScheduleGroups", groups, (group) => group.name, input);
            return jsonResponse({ ScheduleGroups: items.map(describeGroup), NextToken });
          },
        };
      },
    },
  ];
  return restJsonService({ signingName: "scheduler", routes });
}

function bodyOf(request: RoutedRequest): object {
  return { ...parseInput(z.looseObject({}), parseJson(request.body)), ...request.parameters };
}

function parametersOf(request: RoutedRequest): object {
  return { ...Object.fromEntries(request.query), ...request.parameters };
}

/** By the key after which a page starts, so that a schedule which deletes itself between two pages costs no other one its place. */
function paginate<Item>(
  operation: string,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { NextToken, MaxResults }: { NextToken?: string; MaxResults: number },
) {
  const after = NextToken === undefined ? "" : readPageToken(operation, NextToken);
  if (after === undefined) throw new AwsError("ValidationException", "Invalid NextToken.");
  const rest = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const last = rest[MaxResults - 1];
  return {
    items: rest.slice(0, MaxResults).map(({ item }) => item),
    NextToken: rest.length > MaxResults && last !== undefined ? formatPageToken(operation, last.key) : undefined,
  };
}
