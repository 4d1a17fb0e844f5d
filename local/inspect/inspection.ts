import { basename } from "node:path";
import type { Cancel } from "../clock.ts";
import { UserError } from "../errors.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declareImages } from "../providers/ecr.ts";
import { InspectPort } from "./inspect-port.ts";

/** Port of the first function; functions and jobs follow in alphabetical order, so that each keeps its port. */
export const FIRST_INSPECT_PORT = 9240;

const PRELOAD = new URL("preload.mjs", import.meta.url).href;
const FUNCTION = "aws:lambda/function:Function";
/** Seconds. The limit of a job is watched by its supervisor, which is not held with the work. */
const NO_TIME_LIMIT = String(365 * 86_400);

export interface InspectOptions {
  /** Functions and jobs; every function where empty. */
  readonly names: readonly string[];
  /** 0 for any free ports. */
  readonly firstPort: number;
}

/** Functions by their physical names and jobs by their images' repositories, and the ports at which debuggers attach to them. */
export class Inspection {
  readonly #projectFolder: string;
  readonly #ports = new Map<string, InspectPort>();

  constructor(projectFolder: string) {
    this.#projectFolder = projectFolder;
  }

  get ports(): readonly InspectPort[] {
    return [...this.#ports.values()];
  }

  /**
   * @param hold called while a process is held at a breakpoint
   * @throws UserError when there is no function or job of a name, or a port cannot be had
   */
  async open({ names, firstPort }: InspectOptions, resources: readonly RegisteredResource[], hold: () => Cancel): Promise<void> {
    const functions = resources.filter(({ type }) => type === FUNCTION).map((resource) => ({ name: resource.name, key: String(resource.outputs.name) }));
    const jobs = declareImages(resources).map(({ contextFolder, imageUri }) => ({ name: basename(contextFolder), key: repositoryOf(imageUri) }));
    const all = [...byName(functions), ...byName(jobs)].map((each, index) => ({ ...each, port: firstPort === 0 ? 0 : firstPort + index }));
    const unknown = names.find((name) => !all.some((each) => each.name === name));
    if (unknown !== undefined) throw new UserError(`--inspect: the program has no function or job ${unknown}. It has: ${all.map(({ name }) => name).join(", ")}.`);
    const wanted = names.length === 0 ? all.slice(0, functions.length) : all.filter(({ name }) => names.includes(name));
    for (const each of wanted) this.#ports.set(each.key, await InspectPort.listen(each.name, each.port, hold));
  }

  has(key: string): boolean {
    return this.#ports.has(key);
  }

  /** The variables of a process, with those that have it inspected when its function or job is. */
  variables(key: string, variables: Readonly<Record<string, string>>): Record<string, string> {
    const port = this.#ports.get(key);
    if (port === undefined) return { ...variables };
    return {
      ...variables,
      NODE_OPTIONS: [`--import=${PRELOAD}`, variables.NODE_OPTIONS ?? ""].join(" ").trim(),
      LOCAL_INSPECT_REPORT_URL: port.reportUrl,
      LOCAL_INSPECT_PROJECT: this.#projectFolder,
      ...(variables.JOB_TIME_LIMIT_SECONDS !== undefined && { JOB_TIME_LIMIT_SECONDS: NO_TIME_LIMIT }),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.ports.map((port) => port.close()));
  }
}

/** The part of an image's URI that is the same for all of its versions. */
export function repositoryOf(imageUri: string): string {
  return imageUri.split("@", 1)[0] ?? imageUri;
}

function byName<T extends { readonly name: string }>(targets: readonly T[]): T[] {
  return targets.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
