import { posix } from "node:path";
import { constants } from "node:os";
import { Add, Arg, Copy, DockerfileParser, Env, From, type Instruction } from "dockerfile-ast";
import { UserError } from "../errors.ts";

/** What a Dockerfile's last stage makes of a build context. Paths are absolute inside the image. */
export interface ImagePlan {
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly stopSignal: NodeJS.Signals;
  readonly copies: readonly CopyPlan[];
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
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Reads what the local stack can follow of a Dockerfile: its last stage, as far as that only copies and configures.
 *
 * @param name how messages call the file
 * @throws UserError naming line and instruction, for what cannot be done without building a container
 */
export function parseDockerfile(text: string, name = "Dockerfile"): ImagePlan {
  const { stage, globals } = lastStage(DockerfileParser.parse(text).getInstructions(), name);
  const build = new Build(name, globals);
  for (const instruction of stage) build.take(instruction);
  return build.plan();
}

/** The instructions of the last stage, after those of the stages it is based on. */
function lastStage(instructions: readonly Instruction[], name: string): { stage: Instruction[]; globals: Record<string, string> } {
  const globals: Record<string, string> = {};
  const named = new Map<string, Instruction[]>();
  let stage: Instruction[] | undefined;
  for (const instruction of instructions) {
    if (instruction instanceof From) {
      const base = expand(instruction.getImage() ?? "", globals);
      stage = [...(named.get(base.toLowerCase()) ?? []), instruction];
      const alias = instruction.getBuildStage();
      if (alias !== null) named.set(alias.toLowerCase(), stage);
    } else if (stage !== undefined) {
      stage.push(instruction);
    } else if (instruction instanceof Arg) {
      const property = instruction.getProperty();
      if (property !== null) globals[property.getName()] = expand(property.getValue() ?? "", globals);
    }
  }
  if (stage === undefined) throw new UserError(`${name}: there is no FROM instruction.`);
  return { stage, globals };
}

class Build {
  readonly #name: string;
  readonly #globals: Readonly<Record<string, string>>;
  readonly #arguments: Record<string, string> = {};
  readonly #environment: Record<string, string> = {};
  readonly #copies: CopyPlan[] = [];
  #workingDirectory = "/";
  #entryPoint: readonly string[] = [];
  #command: readonly string[] = [];
  #stopSignal: NodeJS.Signals = "SIGTERM";

  constructor(name: string, globals: Readonly<Record<string, string>>) {
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
      case "STOPSIGNAL":
        this.#stopSignal = this.#signal(instruction);
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
        throw this.#notSimulated(instruction);
    }
  }

  #from(instruction: From): void {
    if (NODE_IS_ENTRY_POINT.test(expand(instruction.getImage() ?? "", this.#globals))) this.#entryPoint = ["node"];
  }

  #argument(instruction: Arg): void {
    for (const property of instruction.getProperties()) {
      const name = property.getName();
      const value = property.getUnescapedValue();
      this.#arguments[name] = value === null ? (this.#globals[name] ?? "") : this.#value(value);
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
    let mode: number | undefined;
    for (const flag of instruction.getFlags()) {
      if (flag.getName() === "chmod" && /^[0-7]{3,4}$/.test(flag.getValue() ?? "")) mode = Number.parseInt(flag.getValue() ?? "", 8);
      else if (flag.getName() !== "chown" && flag.getName() !== "link") throw this.#notSimulated(instruction, `--${flag.getName()}`);
    }
    const content = instruction.getArgumentsContent() ?? "";
    const words = (jsonWords(content) ?? instruction.getArguments().map((argument) => argument.getValue())).map((word) => this.#expand(word));
    const destination = words.at(-1);
    const sources = words.slice(0, -1);
    if (destination === undefined || sources.length === 0) throw this.#fault(instruction, "needs a source and a destination");
    for (const source of sources) {
      if (source.startsWith("<<")) throw this.#notSimulated(instruction, "with a here-document");
      if (/^(\w+:\/\/|git@)/.test(source)) throw this.#notSimulated(instruction, "of a URL");
      if (instruction.getKeyword() === "ADD" && /\.(tar|tgz|tar\.\w+)$/.test(source)) throw this.#notSimulated(instruction, "of an archive");
    }
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
    return jsonWords(content) ?? ["/bin/sh", "-c", content];
  }

  #signal(instruction: Instruction): NodeJS.Signals {
    const text = this.#expand(instruction.getArgumentsContent() ?? "");
    const found = Object.entries(constants.signals).find(
      ([name, value]) => name === text || name === `SIG${text}` || String(value) === text,
    );
    if (found === undefined) throw this.#fault(instruction, `names no signal: ${text}`);
    return found[0] as NodeJS.Signals;
  }

  #absolute(path: string): string {
    return posix.resolve("/", this.#workingDirectory, path);
  }

  #expand(text: string): string {
    return expand(text, { PATH: DEFAULT_PATH, ...this.#arguments, ...this.#environment });
  }

  #origin(instruction: Instruction): string {
    return `${this.#name}:${instruction.getRange().start.line + 1}: ${instruction.getKeyword()}`;
  }

  #notSimulated(instruction: Instruction, what?: string): UserError {
    const subject = what === undefined ? "" : ` ${what}`;
    return this.#fault(instruction, `${subject} is not simulated: the local stack runs the last stage without building a container`.trimStart());
  }

  #fault(instruction: Instruction, what: string): UserError {
    return new UserError(`${this.#origin(instruction)} ${what}.`);
  }
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
