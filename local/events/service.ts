import * as z from "zod";
import { AwsError } from "../errors.ts";
import { jsonOperation, jsonService } from "../gateway/json-protocol.ts";
import type { Service } from "../gateway/service.ts";
import { arn, type Identity } from "../identity.ts";
import type { EventBus } from "./bus.ts";
import { busName } from "./envelope.ts";

/** "The total entry size must be less than 1MB" (API reference, PutEvents). */
const LARGEST_REQUEST_BYTES = 1024 * 1024;

const entry = z.object({
  Time: z.number().optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string()).default([]),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
  TraceHeader: z.string().optional(),
});
const detailObject = z.record(z.string(), z.unknown());
type Entry = z.output<typeof entry>;

/** EventBridge: PutEvents. Rules and buses are those that the program declares. */
export function eventsService(bus: EventBus, identity: Identity): Service {
  const busArn = (nameOrArn?: string) => arn(identity, "events", `event-bus/${busName(nameOrArn)}`);

  /** Refusals are results of entries (API reference, PutEventsResultEntry), and so an AwsError here is not thrown to the caller. */
  function put(each: Entry): { EventId: string } | { ErrorCode: string; ErrorMessage: string } {
    try {
      const { Source: source = "", DetailType: detailType = "", Resources: resources } = each;
      return { EventId: bus.put({ source, detailType, resources, detail: detailOf(each) }, busName(each.EventBusName), each.Time === undefined ? undefined : each.Time * 1000) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { ErrorCode: error.code, ErrorMessage: error.message };
    }
  }

  return jsonService({
    signingName: "events",
    targetPrefix: "AWSEvents",
    version: "1.1",
    operations: {
      PutEvents: jsonOperation({
        input: z.object({ Entries: z.array(entry).min(1).max(10), EndpointId: z.string().optional() }),
        access: ({ Entries }) =>
          Entries.map(({ EventBusName, Source, DetailType }) => ({
            action: "events:PutEvents",
            resource: busArn(EventBusName),
            context: { ...(Source !== undefined && { "events:source": Source }), ...(DetailType !== undefined && { "events:detail-type": DetailType }) },
          })),
        execute({ Entries }) {
          if (Entries.reduce((sum, each) => sum + sizeOf(each), 0) >= LARGEST_REQUEST_BYTES) {
            throw new AwsError("ValidationException", "Total size of the entries in the request is over the limit.");
          }
          const results = Entries.map(put);
          return { FailedEntryCount: results.filter((result) => "ErrorCode" in result).length, Entries: results };
        },
      }),
    },
  });
}

/** @throws AwsError that an entry is refused with */
function detailOf({ Source, DetailType, Detail }: Entry): Record<string, unknown> {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (value === undefined || value === "") throw new AwsError("InvalidArgument", `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  }
  // The prefix is AWS's own (User Guide, "Event structure reference").
  if (Source?.startsWith("aws.")) throw new AwsError("NotAuthorizedForSourceException", "Not authorized for the source.");
  const parsed = detailObject.safeParse(parse(Detail ?? ""));
  if (!parsed.success) throw new AwsError("MalformedDetail", "Detail is malformed.");
  return parsed.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As EventBridge counts it (User Guide, "Calculating PutEvents event entry size"). */
function sizeOf({ Time, Source = "", DetailType = "", Detail = "", Resources }: Entry): number {
  return (Time === undefined ? 0 : 14) + [Source, DetailType, Detail, ...Resources].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
