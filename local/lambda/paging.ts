import * as z from "zod";
import { AwsError } from "../errors.ts";
import { formatPageToken, readPageToken } from "../gateway/page-token.ts";

/** Lambda returns no more in one page, whatever MaxItems says (API reference, ListFunctions). */
const LARGEST_PAGE = 50;
const maxItems = z.string().regex(/^\d{1,9}$/).transform(Number).pipe(z.int().min(1).max(10_000));

/**
 * The page of a list that `MaxItems` and `Marker` of a request ask for.
 *
 * @param keyOf what tells an item from the others
 * @throws AwsError ValidationException, InvalidParameterValueException for a marker that the operation has not returned
 */
export function pageOf<Item>(operation: string, items: readonly Item[], keyOf: (item: Item) => string, query: URLSearchParams): { page: Item[]; NextMarker?: string } {
  const asked = query.get("MaxItems");
  const size = maxItems.safeParse(asked ?? String(LARGEST_PAGE));
  if (!size.success) {
    throw new AwsError("ValidationException", `1 validation error detected: Value '${asked}' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 10000`);
  }
  const marker = query.get("Marker");
  const after = marker === null ? undefined : readPageToken(operation, marker);
  const start = marker === null ? 0 : items.findIndex((item) => keyOf(item) === after) + 1;
  if (marker !== null && start === 0) throw new AwsError("InvalidParameterValueException", "The Marker is not one that this operation returned.", 400, { Type: "User" });
  const page = items.slice(start, start + Math.min(size.data, LARGEST_PAGE));
  const last = page.at(-1);
  return { page, ...(last !== undefined && start + page.length < items.length && { NextMarker: formatPageToken(operation, keyOf(last)) }) };
}
