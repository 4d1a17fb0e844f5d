import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import * as z from "zod";
import { run } from "../command.ts";
import { ok, problem, unknown, type Judgement } from "../finding.ts";
import { pulumiHome, withCliOnPath } from "./pulumi-cli.ts";

/** Where Pulumi keeps state, and whether it can be reached. */
export type Backend =
  | { readonly kind: "none" }
  | { readonly kind: "reached"; readonly url: string; readonly as: string }
  | { readonly kind: "failed"; readonly url: string; readonly why: string }
  | { readonly kind: "not-opened"; readonly url: string; readonly why: string };

const project = z.looseObject({ backend: z.looseObject({ url: z.string().optional() }).optional() });
const credentials = z.looseObject({ current: z.string().optional() });
const whoAmI = z.looseObject({ user: z.string() });

/**
 * Reads the backend without opening what is a bucket: the CLI writes `.pulumi/meta.yaml` into an empty one, even for
 * `pulumi whoami` (pulumi/pulumi, pkg/backend/diy/meta.go), and the doctor writes nothing.
 *
 * @param cli an executable, if there is one
 */
export async function readBackend(projectFolder: string, cli: string | undefined, environment: NodeJS.ProcessEnv): Promise<Backend> {
  const url = await backendUrl(projectFolder, environment);
  if (url === undefined) return { kind: "none" };
  if (url.startsWith("file://")) return openFolder(url);
  if (!/^https?:/.test(url)) return { kind: "not-opened", url, why: "the Pulumi CLI writes a marker into an empty bucket" };
  if (cli === undefined) return { kind: "not-opened", url, why: "there is no Pulumi CLI yet" };
  const { code, stdout, lastError } = await run(cli, ["whoami", "--json", "--non-interactive"], withCliOnPath(cli, environment));
  return code === 0 ? { kind: "reached", url, as: whoAmI.parse(JSON.parse(stdout)).user } : { kind: "failed", url, why: lastError };
}

/** As the CLI chooses: PULUMI_BACKEND_URL, then Pulumi.yaml, then the last `pulumi login`. */
async function backendUrl(projectFolder: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const fromEnvironment = environment["PULUMI_BACKEND_URL"];
  if (fromEnvironment !== undefined && fromEnvironment !== "") return fromEnvironment;
  const { backend } = project.parse(parse(await readFile(join(projectFolder, "Pulumi.yaml"), "utf8")));
  if (backend?.url !== undefined) return backend.url;
  if (environment["PULUMI_ACCESS_TOKEN"]) return "https://api.pulumi.com";
  try {
    return credentials.parse(JSON.parse(await readFile(join(pulumiHome(environment), "credentials.json"), "utf8"))).current;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function openFolder(url: string): Promise<Backend> {
  try {
    // Pulumi takes ~ for the home folder.
    const folder = url.startsWith("file://~") ? join(homedir(), url.slice("file://~".length)) : fileURLToPath(url);
    const found = await stat(folder);
    return found.isDirectory() ? { kind: "reached", url, as: "a folder" } : { kind: "failed", url, why: "it is not a folder" };
  } catch (error) {
    return { kind: "failed", url, why: (error as Error).message };
  }
}

export function judgeBackend(backend: Backend): Judgement {
  const login = "Log in: npx pulumi login (Pulumi Cloud), or set PULUMI_BACKEND_URL to a bucket (docs/security.md, section Set up CI) or a folder that exists.";
  switch (backend.kind) {
    case "none":
      return problem("Pulumi has no backend: nobody is logged in.", login);
    case "failed":
      return problem(`Pulumi's backend ${backend.url} cannot be used: ${backend.why}`, login);
    case "not-opened":
      return unknown(`Pulumi's backend is ${backend.url}, and was not opened, because ${backend.why}.`, "npx pulumi whoami opens it.");
    case "reached":
      return ok(`Pulumi's backend ${backend.url} can be used, as ${backend.as}.`);
  }
}
