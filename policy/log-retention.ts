import type { Rule } from "./rule.ts";

export const logRetention: Rule = {
  name: "log-retention",
  description: "Every log ends: without a retention CloudWatch keeps and bills it for ever.",
  // CloudWatch's 0 is for ever, too.
  faults: ({ type, props }) => (type === "aws:cloudwatch/logGroup:LogGroup" && !props.retentionInDays ? ["is kept for ever; use retentionInDays"] : []),
};
