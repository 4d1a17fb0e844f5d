import { PolicyPack } from "@pulumi/policy";
import { RULES } from "./rules.ts";

// This file alone is .mts: Pulumi compiles the .ts file that it starts a pack with, and does not know of type stripping. Node runs this one, and all that it imports.
new PolicyPack("durable-workflows", {
  enforcementLevel: "mandatory",
  policies: RULES.map(({ name, description, faults }) => ({
    name,
    description,
    // What a preview cannot know yet throws when it is read: the SDK then reports that the rule could not run, and it runs in the update.
    validateResource: ({ type, urn, props }, report) => {
      for (const fault of faults({ type, urn, props })) report(fault);
    },
  })),
});
