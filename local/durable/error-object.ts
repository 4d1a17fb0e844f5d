import * as z from "zod";
import type { ErrorObject } from "./contract.ts";

/** Absent members may come as null from languages that have no undefined. */
const optional = <T>(schema: z.ZodType<T>) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();

export const errorObjectSchema: z.ZodType<ErrorObject> = z.object({
  ErrorMessage: optional(z.string()),
  ErrorType: optional(z.string()),
  ErrorData: optional(z.string()),
  StackTrace: optional(z.array(z.string())),
});
