import * as z from "zod";
import { AwsError } from "../errors.ts";
import { invalidAs } from "../gateway/input.ts";
import { jsonOperation, jsonService } from "../gateway/json-protocol.ts";
import { formatPageToken, readPageToken } from "../gateway/page-token.ts";
import type { Service } from "../gateway/service.ts";
import { arn } from "../identity.ts";
import type { Identity } from "../identity.ts";
import { parseFilterPattern } from "./filter-pattern.ts";
import type { LogEvent, LogGroup, LogPosition, LogStream } from "./log-reader.ts";
import type { LogStore } from "./log-store.ts";

const MOST_EVENTS = 10_000;
const milliseconds = z.int().min(0);

/** A group by its name, or by its ARN as newer clients send it. */
const groupReference = {
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
};

const describeGroupsInput = z.object({
  logGroupNamePrefix: z.string().optional(),
  logGroupNamePattern: z.string().optional(),
  limit: z.int().min(1).max(50).default(50),
  nextToken: z.string().optional(),
});

const describeStreamsInput = z.object({
  ...groupReference,
  logStreamNamePrefix: z.string().optional(),
  orderBy: z.enum(["LogStreamName", "LastEventTime"]).default("LogStreamName"),
  descending: z.boolean().default(false),
  limit: z.int().min(1).max(50).default(50),
  nextToken: z.string().optional(),
});

const getEventsInput = z.object({
  ...groupReference,
  logStreamName: z.string(),
  startTime: milliseconds.optional(),
  endTime: milliseconds.optional(),
  startFromHead: z.boolean().default(false),
  limit: z.int().min(1).max(MOST_EVENTS).default(MOST_EVENTS),
  nextToken: z.string().optional(),
});

const filterEventsInput = z.object({
  ...groupReference,
  logStreamNames: z.array(z.string()).min(1).max(100).optional(),
  logStreamNamePrefix: z.string().optional(),
  startTime: milliseconds.optional(),
  endTime: milliseconds.optional(),
  filterPattern: z.string().default(""),
  limit: z.int().min(1).max(MOST_EVENTS).default(MOST_EVENTS),
  nextToken: z.string().optional(),
});

/** CloudWatch Logs: what it takes to look at, search and tail the logs of functions and tasks. */
export function logsService(logs: LogStore, identity: Identity): Service {
  const { reader } = logs;
  const streamArn = (groupName: string, streamName: string) =>
    arn(identity, "logs", `log-group:${groupName}:log-stream:${streamName}`);
  // IAM sees a log group as the group with an empty stream name, which policies for `group:*` match.
  const onGroup = (action: string, groupName: string) => [{ action: `logs:${action}`, resource: streamArn(groupName, "") }];

  function findGroup(name: string): LogGroup {
    const group = reader.groups().find((candidate) => candidate.name === name);
    if (group === undefined) throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
    return group;
  }

  return jsonService({
    signingName: "logs",
    targetPrefix: "Logs_20140328",
    version: "1.1",
    invalidInput: invalidAs("InvalidParameterException"),
    operations: {
      DescribeLogGroups: jsonOperation({
        input: describeGroupsInput,
        access: () => onGroup("DescribeLogGroups", ""),
        execute(input) {
          const groups = reader
            .groups()
            .filter(({ name }) => name.startsWith(input.logGroupNamePrefix ?? "") && name.includes(input.logGroupNamePattern ?? ""));
          const { page, nextToken } = paginate("DescribeLogGroups", groups, ({ name }) => name, input);
          return { logGroups: page.map(describeGroup), nextToken };
        },
      }),

      DescribeLogStreams: jsonOperation({
        input: describeStreamsInput,
        access: (input) => onGroup("DescribeLogStreams", groupNameOf(input)),
        execute(input) {
          logs.flush();
          const groupName = findGroup(groupNameOf(input)).name;
          const streams = reader.streams(groupName).filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ""));
          if (input.orderBy === "LastEventTime") streams.sort((a, b) => a.lastEventAt - b.lastEventAt);
          if (input.descending) streams.reverse();
          const { page, nextToken } = paginate("DescribeLogStreams", streams, ({ name }) => name, input);
          return { logStreams: page.map((stream) => describeStream(stream, streamArn(groupName, stream.name))), nextToken };
        },
      }),

      GetLogEvents: jsonOperation({
        input: getEventsInput,
        access: (input) => [{ action: "logs:GetLogEvents", resource: streamArn(groupNameOf(input), input.logStreamName) }],
        execute(input) {
          logs.flush();
          const groupName = findGroup(groupNameOf(input)).name;
          if (!reader.streams(groupName).some(({ name }) => name === input.logStreamName)) {
            throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
          }
          const token = input.nextToken === undefined ? undefined : parseToken(input.nextToken);
          const backward = token === undefined ? !input.startFromHead : token.direction === "b";
          const events = reader.events({
            groupName,
            streamNames: [input.logStreamName],
            startTime: input.startTime,
            endTime: input.endTime,
            newest: backward,
            ...(token === undefined ? {} : backward ? { before: token.position } : { after: token.position }),
            limit: input.limit,
          });
          // At either end the same token comes back: that is how clients know that they have arrived.
          const nowhere = token?.position ?? { timestamp: 0, id: 0 };
          return {
            events: events.map(({ timestamp, message, ingestedAt }) => ({ timestamp, message, ingestionTime: ingestedAt })),
            nextForwardToken: formatToken("f", events.at(-1) ?? nowhere),
            nextBackwardToken: formatToken("b", events[0] ?? nowhere),
          };
        },
      }),

      FilterLogEvents: jsonOperation({
        input: filterEventsInput,
        access: (input) => onGroup("FilterLogEvents", groupNameOf(input)),
        execute(input) {
          logs.flush();
          const groupName = findGroup(groupNameOf(input)).name;
          const events = reader.events({
            groupName,
            streamNames: input.logStreamNames,
            streamNamePrefix: input.logStreamNamePrefix,
            startTime: input.startTime,
            endTime: input.endTime,
            pattern: parseFilterPattern(input.filterPattern),
            after: input.nextToken === undefined ? undefined : parseToken(input.nextToken).position,
            limit: input.limit + 1,
          });
          const page = events.slice(0, input.limit);
          const last = page.at(-1);
          return {
            events: page.map(describeEvent),
            searchedLogStreams: [],
            nextToken: events.length > page.length && last !== undefined ? formatToken("f", last) : undefined,
          };
        },
      }),
    },
  });
}

function groupNameOf(input: { logGroupName?: string; logGroupIdentifier?: string }): string {
  const reference = input.logGroupName ?? input.logGroupIdentifier;
  if (reference === undefined) throw new AwsError("InvalidParameterException", "Log group name or identifier must be given.");
  return /^arn:[^:]+:logs:[^:]*:[^:]*:log-group:([^:]+)/.exec(reference)?.[1] ?? reference;
}

function describeGroup(group: LogGroup) {
  return {
    logGroupName: group.name,
    creationTime: group.createdAt,
    retentionInDays: group.retentionInDays || undefined,
    metricFilterCount: 0,
    arn: `${group.arn}:*`,
    logGroupArn: group.arn,
    logGroupClass: "STANDARD",
    storedBytes: group.bytes,
  };
}

function describeStream(stream: LogStream, streamArn: string) {
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAt,
    firstEventTimestamp: stream.firstEventAt,
    lastEventTimestamp: stream.lastEventAt,
    lastIngestionTime: stream.lastIngestedAt,
    arn: streamArn,
    storedBytes: 0,
  };
}

/** Clients that follow a log tell by the event id what they have shown already. */
function describeEvent(event: LogEvent) {
  return {
    eventId: String(event.id).padStart(56, "0"),
    logStreamName: event.streamName,
    timestamp: event.timestamp,
    ingestionTime: event.ingestedAt,
    message: event.message,
  };
}

/** @throws AwsError InvalidParameterException for a token that the operation has not returned, or whose item is gone */
function paginate<Item>(operation: string, items: readonly Item[], nameOf: (item: Item) => string, input: { limit: number; nextToken?: string }) {
  let start = 0;
  if (input.nextToken !== undefined) {
    const after = readPageToken(operation, input.nextToken);
    start = items.findIndex((item) => nameOf(item) === after) + 1;
    if (start === 0) throw invalidToken();
  }
  const page = items.slice(start, start + input.limit);
  const last = page.at(-1);
  return { page, nextToken: start + page.length < items.length && last !== undefined ? formatPageToken(operation, nameOf(last)) : undefined };
}

function invalidToken(): AwsError {
  return new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
}

function formatToken(direction: "f" | "b", position: LogPosition): string {
  return `${direction}/${position.timestamp}/${position.id}`;
}

function parseToken(token: string): { direction: string; position: LogPosition } {
  const match = /^([fb])\/(\d{1,15})\/(\d{1,15})$/.exec(token);
  if (match === null) throw invalidToken();
  const [, direction = "", timestamp, id] = match;
  return { direction, position: { timestamp: Number(timestamp), id: Number(id) } };
}
