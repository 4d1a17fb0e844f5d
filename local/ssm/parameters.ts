import type { Clock } from "../clock.ts";
import type { ParameterDeclaration, StackDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import { arn, type Identity } from "../identity.ts";

export interface Parameter extends ParameterDeclaration {
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

/** Parameter Store: the parameters that the program declares, each with version 1. */
export class Parameters {
  readonly #clock: Clock;
  readonly #identity: Identity;
  #byName: ReadonlyMap<string, Parameter> = new Map();

  constructor(options: { clock: Clock; identity: Identity }) {
    this.#clock = options.clock;
    this.#identity = options.identity;
  }

  apply(declaration: Pick<StackDeclaration, "parameters">): void {
    this.#byName = new Map(
      declaration.parameters.map((each) => {
        const before = this.#byName.get(each.name);
        const isSame = before?.value === each.value && before.type === each.type;
        return [each.name, { ...each, modifiedAt: isSame ? before.modifiedAt : this.#clock.now() }];
      }),
    );
  }

  /** The ARN that a reference means, whether or not there is such a parameter. */
  arnOf(reference: string): string {
    const { name } = this.#address(reference);
    return arn(this.#identity, "ssm", `parameter/${name.replace(/^\//, "")}`);
  }

  /**
   * @param reference a name or an ARN, with `:VERSION` where one version is meant
   * @throws AwsError ParameterNotFound, ParameterVersionNotFound
   */
  get(reference: string): Parameter {
    const { name, selector } = this.#address(reference);
    const parameter = this.#byName.get(name);
    if (parameter === undefined) throw new AwsError("ParameterNotFound", `Parameter ${name} not found.`);
    if (selector !== undefined && selector !== "1") {
      throw new AwsError("ParameterVersionNotFound", `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`);
    }
    return parameter;
  }

  /** Parameters below a path, by name. */
  below(path: string, recursive: boolean): Parameter[] {
    const prefix = path.endsWith("/") ? path : `${path}/`;
    const found = [...this.#byName.values()].filter(({ name }) => name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes("/")));
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #address(reference: string): { name: string; selector: string | undefined } {
    const [, inArn] = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(\/.*)$/.exec(reference) ?? [];
    const [path = "", selector] = (inArn ?? reference).split(":");
    // An ARN has one slash for the names `a` and `/a`.
    const name = inArn !== undefined && !this.#byName.has(path) ? path.slice(1) : path;
    return { name, selector };
  }
}
