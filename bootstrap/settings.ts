import * as pulumi from "@pulumi/pulumi";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { stackNameFault } from "../infra/names.ts";
import { PROJECT_NAME } from "./scope.ts";

/** An environment of the main program, as its stack file declares it. */
export interface Environment {
  readonly name: string;
  readonly region: string;
}

export interface Settings {
  /** The repository as the subject claim of GitHub's tokens names it, between `repo:` and the next colon. */
  readonly repository: string;
  readonly environments: readonly Environment[];
}

const environment = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, "use names of stacks such as dev")
  .superRefine((name, context) => {
    const message = stackNameFault(PROJECT_NAME, name);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

const schema = z.object({
  repository: z.string().regex(/^[\w.-]+(@\d+)?\/[\w.-]+(@\d+)?$/, "use owner/name, or owner@id/name@id"),
  environments: z.array(environment).min(1, "name at least one").superRefine((names, context) => {
    for (const message of overlaps(names)) context.addIssue({ code: "custom", message });
  }),
});

/** Permissions name resources by what their names begin with, so no environment's names may begin like another's. */
function overlaps(names: readonly string[]): string[] {
  return names.flatMap((name, index) =>
    names.flatMap((other, otherIndex) => {
      if (other === name && otherIndex > index) return [`${name} is named twice`];
      if (!other.startsWith(`${name}-`)) return [];
      return [`the roles of ${name} would have permissions on ${other}, whose names begin with ${PROJECT_NAME}-${name}- too: rename one of them, or give them accounts of their own`];
    }),
  );
}

const stackFile = z.object({ config: z.object({ "aws:region": z.string() }) });

/**
 * Reads this stack's settings, and the Region of each environment from the main program's stack files, so that it stands in
 * one place only.
 *
 * @param mainProject folder of the main program
 * @throws pulumi.RunError naming every faulty setting; Error when an environment has no stack file
 */
export async function readSettings(mainProject: string): Promise<Settings> {
  const config = new pulumi.Config();
  const parsed = schema.safeParse({ repository: config.get("repository"), environments: config.getObject("environments") });
  if (!parsed.success) {
    throw new pulumi.RunError(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
  }
  const { repository, environments } = parsed.data;
  return { repository, environments: await Promise.all(environments.map(async (name) => ({ name, region: await regionOf(join(mainProject, `Pulumi.${name}.yaml`)) }))) };
}

async function regionOf(file: string): Promise<string> {
  return stackFile.parse(parse(await readFile(file, "utf8"))).config["aws:region"];
}
