import { readdir } from "node:fs/promises";
import * as pulumi from "@pulumi/pulumi";
import { NO_RECEIVER, parseSettings, type Settings } from "../../infra/settings.ts";
import { UserError } from "../../local/errors.ts";
import { readStackConfig } from "../../local/program/stack-config.ts";
import { ok, problem, unknown, type Judgement } from "../finding.ts";

/** The settings of a stack, or why there are none. */
export interface StackSettings {
  /** From Pulumi.yaml. Undefined if it cannot be read. */
  readonly project?: string;
  /** Undefined if a setting is wrong, or there is no file. */
  readonly settings?: Settings;
  /** Every wrong setting, as the program reports it, or the file that cannot be read. */
  readonly fault?: string;
  /** The stacks that have a file, if this one has none. */
  readonly others?: readonly string[];
  /** Keys whose value only Pulumi can decrypt. */
  readonly encrypted: readonly string[];
}

/** Values that take the place of encrypted ones, so that the other settings can be checked. */
const IN_PLACE_OF_ENCRYPTED: Readonly<Record<string, string>> = { alarmEmail: NO_RECEIVER };

/** Reads and checks Pulumi.yaml and Pulumi.<stack>.yaml as the program does, names that are too long for AWS included. */
export async function readSettings(projectFolder: string, stack: string): Promise<StackSettings> {
  const stacks = (await readdir(projectFolder)).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  if (!stacks.includes(stack)) return { encrypted: [], others: stacks.toSorted() };
  const encrypted: string[] = [];
  try {
    const { project, values } = await readStackConfig(projectFolder, stack, (_file, key) => {
      encrypted.push(key);
      return IN_PLACE_OF_ENCRYPTED[key.slice(key.indexOf(":") + 1)] ?? "";
    });
    return { project, encrypted, ...parsed(values, project, stack) };
  } catch (error) {
    if (error instanceof UserError) return { encrypted, fault: error.message };
    throw error;
  }
}

function parsed(values: Readonly<Record<string, string>>, project: string, stack: string): Pick<StackSettings, "settings" | "fault"> {
  try {
    return { settings: parseSettings(values, project, stack) };
  } catch (error) {
    if (error instanceof pulumi.RunError) return { fault: error.message };
    throw error;
  }
}

export function judgeSettings(stack: string, { settings, fault, others, encrypted }: StackSettings): Judgement {
  const file = `Pulumi.${stack}.yaml`;
  if (others !== undefined) {
    const choice = others.length > 0 ? `Give --stack the name of a stack that has one: ${others.join(", ")}. Or write` : "Write";
    return problem(`There is no ${file}.`, `${choice} ${file} for a new stack; Pulumi.yaml describes every setting.`);
  }
  if (fault !== undefined && encrypted.length > 0) {
    return unknown(`${fault}\nOf these, the doctor cannot read ${encrypted.join(", ")}: encrypted.`, `Correct the others in ${file}; npx pulumi preview checks all of them.`);
  }
  if (fault !== undefined) return problem(fault, `Correct ${file}; Pulumi.yaml describes every setting.`);
  if (encrypted.length > 0) return ok(`${file} is valid, except that ${encrypted.join(", ")} is encrypted and is checked by npx pulumi preview.`);
  return ok(`${file} is valid: Region ${settings?.region ?? "?"}, ${settings?.jobCapacityProvider ?? "?"}, egress ${settings?.egress ?? "?"}.`);
}
