import { posix } from "node:path";
import { constants } from "node:os";
import { Add, Arg, Copy, DockerfileParser, Env, From, type Instruction } from "dockerfile-ast";
import { UserError } from "../errors.ts";
import { type NotExecuted, notRun, oneLine } from "./not-executed.ts";

/** What a Dockerfile's last stage makes of a build context. Paths are absolute inside the image. */
export interface ImagePlan {
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly stopSignal: NodeJS.Signals;
  readonly copies: readonly CopyPlan[];
  /** Image that the last stage is based on. */
  readonly baseImage: string;
  readonly notExecuted: readonly NotExecuted[];
}

export interface CopyPlan {
  /** Files, folders or globs, relative to the build context. */
  readonly sources: readonly string[];
  /** Absolute; ends in `/` where it is a folder by its form. */
  readonly destination: string;
  /** Permission bits from `--chmod`. */
  readonly mode?: number;
  /** `Dockerfile:7: COPY`, for messages. */
  readonly origin: string;
}

/** Images of the distroless family start Node by themselves; what a Dockerfile adds is its argument. */
const NODE_IS_ENTRY_POINT = /\/distroless\/nodejs/;

/** What Docker sets where neither the base image nor the Dockerfile does. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Build arguments that BuildKit sets. The image's programs run on this machine, so this machine's platform is the target's. */
const ARCHITECTURE = process.arch === "x64" ? "amd64" : process.arch;
const PLATFORM_ARGUMENTS = Object.fromEntries(
  ["TARGET", "BUILD"].flatMap((prefix) => [
    [`${prefix}OS`, "linux"],
    [`${prefix}ARCH`, ARCHITECTURE],
    [`${prefix}PLATFORM`, `linux/${ARCHITECTURE}`],
  ]),
);

/**
 * Reads what the local stack can follow of a Dockerfile: its last stage, as far as that only copies and configures. Whatever takes a
 * container is named in the plan.
 *
 * @param name how messages call the file
 * @throws UserError naming line and instruction, for what Docker refuses as well
 */
export function parseDockerfile(text: string, name = "Dockerfile"): ImagePlan {
  const { stage, globals, baseImage } = lastStage(DockerfileParser.parse(text).getInstructions(), name);
  const build = new Build(name, globals, baseImage);
  for (const instruction of stage) build.take(instruction);
  return build.plan();
}

/** The instructions of the last stage, after those of the stages it is based on. */
function lastStage(instructions: readonly Instruction[], name: string): { stage: Instruction[]; globals: Record<string, string>; baseImage: string } {
  const globals: Record<string, string> = {};
  const named = new Map<string, { stage: Instruction[]; baseImage: string }>();
  let stage: Instruction[] | undefined;
  let baseImage = "";
  for (const instruction of instructions) {
    if (instruction instanceof From) {
      const base = expand(instruction.getImage() ?? "", globals);
      const parent = named.get(base.toLowerCase());
      stage = [...(parent?.stage ?? []), instruction];
      baseImage = parent?.baseImage ?? base;
      const alias = instruction.getBuildStage();
      if (alias !== null) named.set(alias.toLowerCase(), { stage, baseImage });
    } else if (stage !== undefined) {
      stage.push(instruction);
    } else if (instruction instanceof Arg) {
      const property = instruction.getProperty();
      if (property !== null) globals[property.getName()] = expand(property.getValue() ?? "", globals);
    }
  }
  if (stage === undefined) throw new UserError(`${name}: there is no FROM instruction.`);
  return { stage, globals, baseImage };
}

class Build {
  readonly #name: string;
  readonly #globals: Readonly<Record<string, string>>;
  readonly #arguments: Record<string, string> = {};
  readonly #environment: Record<string, string> = {};
  readonly #baseImage: string;
  readonly #copies: CopyPlan[] = [];
  readonly #notExecuted: NotExecuted[] = [];
  #shell: readonly string[] = ["/bin/sh", "-c"];
  #workingDirectory = "/";
  #entryPoint: readonly string[] = [];
  #command: readonly string[] = [];
  #stopSignal: NodeJS.Signals = "SIGTERM";

  constructor(name: string, globals: Readonly<Record<string, string>>, baseImage: string) {
    this.#baseImage = baseImage;
    this.#name = name;
    this.#globals = globals;
  }

  plan(): ImagePlan {
    return {
      workingDirectory: this.#workingDirectory,
      environment: this.#environment,
      entryPoint: this.#entryPoint,
      command: this.#command,
      stopSignal: this.#stopSignal,
      copies: this.#copies,
      baseImage: this.#baseImage,
      notExecuted: this.#notExecuted,
    };
  }

  take(instruction: Instruction): void {
    if (instruction instanceof From) this.#from(instruction);
    else if (instruction instanceof Arg) this.#argument(instruction);
    else if (instruction instanceof Env) this.#env(instruction);
    else if (instruction instanceof Copy || instruction instanceof Add) this.#copy(instruction);
    else this.#configure(instruction);
  }

  #configure(instruction: Instruction): void {
    switch (instruction.getKeyword()) {
      case "WORKDIR":
        this.#workingDirectory = this.#absolute(this.#expand(instruction.getArgumentsContent() ?? "/"));
        return;
      case "ENTRYPOINT":
        this.#entryPoint = this.#words(instruction);
        return;
      case "CMD":
        this.#command = this.#words(instruction);
        return;
      case "SHELL":
        this.#shell = jsonWords(instruction.getArgumentsContent() ?? "") ?? this.#shell;
        return;
      case "STOPSIGNAL":
        this.#stopSignal = this.#signal(instruction);
        return;
      case "RUN":
        this.#notExecuted.push(notRun(this.#position(instruction), instruction.getRawArgumentsContent() ?? ""));
        return;
      // A task runs as the user of the stack, on its network; ECS does not run a Dockerfile's health check either.
      case "USER":
      case "EXPOSE":
      case "LABEL":
      case "MAINTAINER":
      case "VOLUME":
      case "HEALTHCHECK":
      case "ONBUILD":
        return;
      default:
        this.#skip(instruction, "the local stack does not know this instruction");
    }
  }

  #from(instruction: From): void {
    if (NODE_IS_ENTRY_POINT.test(expand(instruction.getImage() ?? "", this.#globals))) this.#entryPoint = ["node"];
  }

  #argument(instruction: Arg): void {
    for (const property of instruction.getProperties()) {
      const name = property.getName();
      const value = property.getUnescapedValue();
      this.#arguments[name] = value === null ? (this.#globals[name] ?? PLATFORM_ARGUMENTS[name] ?? "") : this.#value(value);
    }
  }

  #env(instruction: Env): void {
    // Docker expands a whole ENV line with the values from before it.
    const values = instruction.getProperties().map((property) => [property.getName(), this.#value(property.getUnescapedValue() ?? "")]);
    Object.assign(this.#environment, Object.fromEntries(values));
  }

  /** What a value as written means: quotes and backslashes go, variables are replaced but for those in single quotes. */
  #value(written: string): string {
    return written.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|(?:\\.|[^'"\\])+/gs, (bare: string, literal?: string, quoted?: string) => {
      return literal ?? this.#expand(quoted ?? bare).replace(/\\(.)/gs, "$1");
    });
  }

  #copy(instruction: Copy | Add): void {
    const flags = new Map(instruction.getFlags().map((flag) => [flag.getName(), flag.getValue() ?? ""]));
    const content = instruction.getArgumentsContent() ?? "";
    const words = (jsonWords(content) ?? instruction.getArguments().map((argument) => argument.getValue())).map((word) => this.#expand(word));
    const destination = words.at(-1);
    const sources = words.slice(0, -1);
    if (destination === undefined || sources.length === 0) throw this.#fault(instruction, "needs a source and a destination");
    const remark = notCopied(instruction.getKeyword(), flags, sources);
    if (remark !== undefined) {
      this.#skip(instruction, remark);
      return;
    }
    const chmod = flags.get("chmod") ?? "";
    const mode = /^[0-7]{3,4}$/.test(chmod) ? Number.parseInt(chmod, 8) : undefined;
    const folder = sources.length > 1 || /(^|\/)\.?$/.test(destination);
    const target = this.#absolute(destination);
    this.#copies.push({
      sources,
      destination: folder && !target.endsWith("/") ? `${target}/` : target,
      mode,
      origin: this.#origin(instruction),
    });
  }

  /** Exec form as it is, shell form through the shell, as Docker does. */
  #words(instruction: Instruction): readonly string[] {
    const content = instruction.getArgumentsContent() ?? "";
    return jsonWords(content) ?? [...this.#shell, content];
  }

  #signal(instruction: Instruction): NodeJS.Signals {
    const text = this.#expand(instruction.getArgumentsContent() ?? "");
    const wanted = text.toUpperCase();
    const found = Object.entries(constants.signals).find(
      ([name, value]) => name === wanted || name === `SIG${wanted}` || String(value) === text,
    );
    if (found !== undefined) return found[0] as NodeJS.Signals;
    // Docker takes the real-time signals as well, which Node cannot send.
    if (!/^((SIG)?RTM(IN|AX)([+-]\d+)?|\d{1,2})$/.test(wanted)) throw this.#fault(instruction, `names no signal: ${text}`);
    this.#skip(instruction, "SIGTERM is sent instead");
    return "SIGTERM";
  }

  #absolute(path: string): string {
    return posix.resolve("/", this.#workingDirectory, path);
  }

  #expand(text: string): string {
    return expand(text, { PATH: DEFAULT_PATH, ...this.#arguments, ...this.#environment });
  }

  #position(instruction: Instruction): string {
    return `${this.#name}:${instruction.getRange().start.line + 1}`;
  }

  #origin(instruction: Instruction): string {
    return `${this.#position(instruction)}: ${instruction.getKeyword()}`;
  }

  #skip(instruction: Instruction, remark: string): void {
    this.#notExecuted.push({ origin: this.#position(instruction), instruction: oneLine(instruction.getTextContent()), remark });
  }

  #fault(instruction: Instruction, what: string): UserError {
    return new UserError(`${this.#origin(instruction)} ${what}.`);
  }
}

/** Why a COPY or ADD is left out, or undefined for one that only copies files of the build context. */
function notCopied(keyword: string, flags: ReadonlyMap<string, string>, sources: readonly string[]): string | undefined {
  if (flags.has("from")) return "files of another stage or image are not copied";
  const selection = ["exclude", "parents"].find((flag) => flags.has(flag));
  if (selection !== undefined) return `--${selection} is not followed`;
  if (sources.some((source) => source.startsWith("<<"))) return "here-documents are not written";
  if (sources.some((source) => /^(\w+:\/\/|git@)/.test(source))) return "nothing is downloaded";
  return keyword === "ADD" && sources.some((source) => /\.(tar|tgz|tar\.\w+)$/.test(source)) ? "archives are not unpacked" : undefined;
}

/** The words of an exec form; undefined for anything else, which Docker takes as shell form. */
function jsonWords(content: string): string[] | undefined {
  if (!content.startsWith("[")) return undefined;
  try {
    const words: unknown = JSON.parse(content);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces `$A`, `${A}`, `${A:-default}` and `${A:+alternative}`. */
function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(
    /\\\$|\$(?:\{(\w+)(?::([-+])([^}]*))?\}|(\w+))/g,
    (whole: string, braced: string | undefined, operator: string | undefined, word: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare;
      if (name === undefined) return whole.slice(1);
      const value = variables[name] ?? "";
      if (operator === "-") return value === "" ? (word ?? "") : value;
      if (operator === "+") return value === "" ? "" : (word ?? "");
      return value;
    },
  );
}
