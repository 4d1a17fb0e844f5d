import * as z from "zod";
import type { Rule } from "./rule.ts";

const tags = z.object({ tags: z.record(z.string(), z.string()) });

export const tagged: Rule = {
  name: "tagged",
  description: "Every resource of AWS carries its project and environment, so that it can be found and its cost told apart: its provider puts them on as default tags.",
  faults: ({ type, urn, props }) => {
    if (type !== "pulumi:providers:aws") return [];
    const [, stack = "", project = ""] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(urn) ?? [];
    const given = tags.safeParse(typeof props.defaultTags === "string" ? JSON.parse(props.defaultTags) : props.defaultTags).data?.tags ?? {};
    return Object.entries({ project, environment: stack })
      .filter(([tag, value]) => given[tag] !== value)
      .map(([tag, value]) => `does not put the tag ${tag}=${value} on its resources; use defaultTags`);
  },
};
