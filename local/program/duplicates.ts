import { UserError } from "../errors.ts";

/** Of Pulumi's resource monitor, what is needed here: its own type is of generated code and differs by version. */
interface Registration {
  getParent(): string;
  getType(): string;
  getName(): string;
}
interface Answer {
  getUrn(): string;
}
type Callback = (error: Error | null, answer?: Answer) => void;
interface Monitor {
  registerResource(request: Registration, callback: Callback): unknown;
}

/**
 * Refuses a second resource of one URN, as Pulumi's engine does; its mocks keep both. A URN is made of the types of all parents, the
 * resource's type and its name.
 *
 * @param failed called with why a registration failed: Pulumi's runtime drops that for a resource that nothing else reads
 */
export function refuseDuplicates(monitor: unknown, failed: (error: Error) => void): void {
  const mocks = monitor as Monitor; // The mocks that setMocks has installed.
  const register = mocks.registerResource.bind(mocks);
  const registered = new Set<string>();
  /** Types from the outermost parent on, by the URN that the mocks give. They know one parent only. */
  const qualifiedTypes = new Map<string, string>();
  mocks.registerResource = (request, callback) => {
    const outer = qualifiedTypes.get(request.getParent());
    const type = outer === undefined ? request.getType() : `${outer}$${request.getType()}`;
    const identity = `${type}::${request.getName()}`;
    if (registered.has(identity)) {
      failed(new UserError(`Two resources are ${request.getType()} "${request.getName()}": give each one a name of its own. Pulumi refuses duplicate URNs.`));
      return undefined;
    }
    registered.add(identity);
    return register(request, (error, answer) => {
      if (error !== null) failed(error);
      if (answer !== undefined && request.getType() !== "pulumi:pulumi:Stack") qualifiedTypes.set(answer.getUrn(), type);
      callback(error, answer);
    });
  };
}
