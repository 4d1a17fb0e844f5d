import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./settings.ts";

/**
 * Creates the AWS provider of the whole program, which tags every resource. Pulumi's default provider would take its tags from the
 * stack's file, where they would repeat the project's name.
 *
 * Every component of index.ts takes it as an option, and its children inherit it. Pulumi.yaml disables the default provider: a
 * preview fails where this one is forgotten.
 */
export function createAwsProvider({ region, tags }: Pick<Settings, "region" | "tags">): aws.Provider {
  return new aws.Provider("aws", { ...configured(pulumi.runtime.allConfig()), region, defaultTags: { tags: { ...tags } } });
}

/** Settings such as `aws:profile` or `aws:allowedAccountIds`: Pulumi hands them to the default provider only. */
function configured(config: Readonly<Record<string, string>>): aws.ProviderArgs {
  const own = Object.entries(config).flatMap(([key, text]) => (key.startsWith("aws:") ? [[key.slice("aws:".length), plain(text)] as const] : []));
  return Object.fromEntries(own);
}

/** The value of a setting: Pulumi's runtime has all that is not text as JSON. */
function plain(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
