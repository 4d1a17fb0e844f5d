import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { UserError } from "../errors.ts";

const projectSchema = z.looseObject({
  name: z.string(),
  config: z.record(z.string(), z.unknown()).optional(),
});
const stackSchema = z.looseObject({ config: z.record(z.string(), z.unknown()).nullish() });
const configEntrySchema = z.looseObject({ default: z.unknown().optional(), value: z.unknown().optional() });

export interface StackConfig {
  readonly project: string;
  readonly region: string;
  /** Every key with its namespace, values as Pulumi's runtime takes them: objects and arrays as JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** `aws:defaultTags`. */
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** Stands in for the value of an encrypted key. @throws UserError when nothing can */
type Decrypt = (stackFile: string, key: string) => string;

const refuseEncrypted: Decrypt = (stackFile, key) => {
  throw new UserError(`${stackFile}: ${key} is encrypted, and the local stack has no key for it. Use a stack without secrets, or set it in plain text in a stack of your own.`);
};

/**
 * Reads Pulumi.yaml and Pulumi.<stack>.yaml as the Pulumi engine does before it runs the program.
 *
 * @throws UserError when a file is missing or malformed, a value is encrypted, or no Region is set
 */
export async function readStackConfig(projectFolder: string, stack: string, decrypt: Decrypt = refuseEncrypted): Promise<StackConfig> {
  const project = await readYaml(join(projectFolder, "Pulumi.yaml"), projectSchema);
  const stackFile = `Pulumi.${stack}.yaml`;
  const { config } = await readYaml(join(projectFolder, stackFile), stackSchema);
  const values: Record<string, string> = {};
  const qualified = (key: string) => (key.includes(":") ? key : `${project.name}:${key}`);
  for (const [key, entry] of Object.entries(project.config ?? {})) {
    const value = projectDefault(entry);
    if (value !== undefined) values[qualified(key)] = asConfigText(value);
  }
  for (const [key, value] of Object.entries(config ?? {})) {
    const encrypted = value !== null && typeof value === "object" && "secure" in value;
    values[qualified(key)] = encrypted ? decrypt(stackFile, key) : asConfigText(value);
  }
  const region = values["aws:region"];
  if (region === undefined) throw new UserError(`${stackFile}: aws:region is not set. Add it, for example "aws:region: eu-west-1".`);
  return { project: project.name, region, values, defaultTags: readDefaultTags(stackFile, config?.["aws:defaultTags"]) };
}

const defaultTagsSchema = z.looseObject({ tags: z.record(z.string(), z.string()) }).optional();

function readDefaultTags(stackFile: string, value: unknown): Record<string, string> {
  const parsed = defaultTagsSchema.safeParse(value);
  if (!parsed.success) throw new UserError(`${stackFile}: aws:defaultTags must be an object with tags:\n${z.prettifyError(parsed.error)}`);
  return parsed.data?.tags ?? {};
}

function projectDefault(entry: unknown): unknown {
  const parsed = configEntrySchema.safeParse(entry);
  return parsed.success ? (parsed.data.value ?? parsed.data.default) : entry;
}

function asConfigText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function readYaml<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new UserError(`There is no ${file}. Give the name of an existing stack with --stack.`);
    throw error;
  }
  try {
    return schema.parse(parse(text));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`);
  }
}
