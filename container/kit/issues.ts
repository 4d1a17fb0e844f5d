import type { z } from "zod";

/** Turns a validation error into `path: what is wrong`, one entry for each wrong field. */
export function describeIssues(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => `${[...issue.path, key].join(".")}: unknown field`);
    }
    return [`${issue.path.join(".") || "(input)"}: ${issue.message}`];
  });
}
