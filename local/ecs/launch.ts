import { accessSync, constants, existsSync } from "node:fs";
import { basename, delimiter, isAbsolute, join } from "node:path";
import type { ContainerDeclaration } from "../declarations.ts";
import type { Credentials } from "../iam/access.ts";
import { timeScaleVariables } from "../lambda/time-scale-preload.ts";
import { DEFAULT_PATH } from "./dockerfile.ts";
import { mapCommand, mapValue } from "./image-paths.ts";
import type { Image } from "./images.ts";
import type { Task } from "./task.ts";

/** Why a task could not be started: its message is the task's stopped reason. */
export class TaskStartError extends Error {
  override readonly name = "TaskStartError";
}

/** How to start one container as a process. */
export interface Launch {
  readonly container: string;
  /** Where command, parameters and folder are. */
  readonly image: Image;
  readonly essential: boolean;
  readonly command: string;
  readonly parameters: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutSeconds: number;
  readonly logGroupName?: string;
  readonly logStreamName: string;
}

/** The variable by which every process of a task is found, even by the next stack after a kill. */
export const TASK_MARKER = "LOCAL_ECS_TASK_ARN";

/** @throws TaskStartError when there is nothing to run */
export function planLaunch(
  task: Task,
  container: ContainerDeclaration,
  image: Image,
  place: { region: string; endpoint: string; speed: number; credentials: Required<Credentials> | undefined; secrets: Readonly<Record<string, string>> },
): Launch {
  const override = task.overrides.containerOverrides?.find(({ name }) => name === container.name);
  const declared = {
    ...image.environment,
    ...container.environment,
    ...Object.fromEntries(override?.environment?.map(({ name, value }) => [name, value]) ?? []),
  };
  const variables = Object.fromEntries(Object.entries(declared).map(([name, value]) => [name, mapValue(value, image)]));
  const environment = { ...inherited(), ...variables, ...place.secrets, PATH: searchPath(image, declared["PATH"]), ...provided(task, variables, place) };
  const folder = join(image.rootFolder, image.workingDirectory);
  // As in Docker, another entry point does without the image's command.
  const imageCommand = container.entryPoint === undefined ? image.command : [];
  const declaredWords = [...(container.entryPoint ?? image.entryPoint), ...(override?.command ?? container.command ?? imageCommand)];
  const words = container.localCommand === undefined ? declaredWords : [...container.localCommand, ...(override?.command ?? [])];
  const [program, ...parameters] = mapCommand(words, image);
  if (program === undefined) throw new TaskStartError(`CannotStartContainerError: no command specified: the local stack does not use the base image ${image.baseImage ?? ""}`);
  return {
    container: container.name,
    image,
    essential: container.essential,
    command: executable(program, folder, environment.PATH, image),
    parameters,
    folder,
    environment,
    stopSignal: image.stopSignal,
    stopTimeoutSeconds: container.stopTimeoutSeconds,
    logGroupName: container.logGroupName,
    logStreamName: logStreamName(task, container),
  };
}

export function logStreamName(task: Task, container: ContainerDeclaration): string {
  return [container.logStreamPrefix, container.name, task.id].filter((part) => part !== undefined).join("/");
}

/** The image's folders of its `PATH`, and then those of this machine, whose programs stand in for the base image's. */
function searchPath({ rootFolder }: Image, declared = DEFAULT_PATH): string {
  const { PATH: own = "/usr/local/bin:/usr/bin:/bin" } = process.env;
  const folders = declared.split(delimiter);
  const ofImage = folders.map((folder) => join(rootFolder, folder)).filter((folder) => existsSync(folder));
  return [...new Set([...ofImage, ...folders, ...own.split(delimiter)])].filter((folder) => folder !== "").join(delimiter);
}

/** All that a task sees of the stack's own environment, besides the search path. */
function inherited(): Record<string, string> {
  const { HOME, TZ } = process.env;
  return { ...(HOME === undefined ? {} : { HOME }), ...(TZ === undefined ? {} : { TZ }) };
}

/** What ECS provides; it wins over what is declared, so that a task cannot leave its role or this stack by accident. */
function provided(task: Task, declared: Readonly<Record<string, string>>, place: Parameters<typeof planLaunch>[3]): Record<string, string> {
  return {
    ...timeScaleVariables(place.speed, declared),
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
    AWS_ENDPOINT_URL: place.endpoint,
    ...(place.credentials && {
      AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
      AWS_SESSION_TOKEN: place.credentials.sessionToken,
    }),
    [TASK_MARKER]: task.arn,
  };
}

/** @throws TaskStartError as Docker does when the program is not there */
function executable(program: string, folder: string, path: string, image: Image): string {
  const isNode = basename(program) === "node" && (program === "node" || !isExecutable(program));
  if (isNode) return process.execPath;
  const candidates = program.includes("/")
    ? [isAbsolute(program) ? program : join(folder, program)]
    : path.split(":").map((directory) => join(directory, program));
  const found = candidates.find(isExecutable);
  if (found === undefined) {
    const left = image.notExecuted?.length ? ` Not executed locally: ${image.notExecuted.join("; ")}.` : "";
    throw new TaskStartError(`CannotStartContainerError: exec: "${program}": executable file not found in $PATH. The image's command runs as a process, and this machine has no such program.${left}`);
  }
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
