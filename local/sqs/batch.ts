import * as z from "zod";
import { AwsError } from "../errors.ts";
import { parseInput } from "../gateway/input.ts";
import { invalidInput, queryErrors } from "./errors.ts";

const LARGEST_BATCH = 10;

/** One call's inputs, each under an id of the caller's. What else an entry holds is read one by one. */
export const batchInput = z.object({ Entries: z.array(z.looseObject({ Id: z.string() })) });
export type BatchEntry = z.output<typeof batchInput>["Entries"][number];

/**
 * Does for each entry what the single call does; one that fails does not keep the others from succeeding.
 *
 * @throws AwsError EmptyBatchRequest, TooManyEntriesInBatchRequest, BatchEntryIdsNotDistinct, InvalidBatchEntryId, SerializationException
 */
export function batch<Entry>(entries: readonly BatchEntry[], schema: z.ZodType<Entry>, act: (entry: Entry) => unknown) {
  if (entries.length === 0) throw new AwsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > LARGEST_BATCH) {
    throw new AwsError("TooManyEntriesInBatchRequest", `Maximum number of entries per request are ${LARGEST_BATCH}. You have sent ${entries.length}.`);
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
  if (!entries.every(({ Id }) => /^[\w-]{1,80}$/.test(Id))) {
    throw new AwsError("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.");
  }
  const Successful: object[] = [];
  const Failed: object[] = [];
  const attempt = <Result>(Id: string, work: () => Result): Result | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === "SerializationException") throw error;
      const codes: Readonly<Record<string, string>> = queryErrors;
      Failed.push({ Id, SenderFault: true, Code: codes[error.code] ?? error.code, Message: error.message });
      return undefined;
    }
  };
  // All are read before one is done: a wrong type fails the whole request.
  const read = entries.map((entry) => ({ Id: entry.Id, input: attempt(entry.Id, () => parseInput(schema, entry, invalidInput)) }));
  for (const { Id, input } of read) {
    if (input !== undefined) attempt(Id, () => Successful.push(Object.assign({ Id }, act(input))));
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}
