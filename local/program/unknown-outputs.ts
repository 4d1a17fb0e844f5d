/** Of a registration with Pulumi's resource monitor, what is needed here: its own type is of generated code and differs by version. */
interface Registration {
  getCustom(): boolean;
  getRemote(): boolean;
  getType(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}
interface Answer {
  /** Absent in older versions of Pulumi: outputs without a value are undefined there. */
  setResult?(result: number): void;
}
type Callback = (error: Error | null, answer?: Answer) => void;
interface Monitor {
  registerResource(request: Registration, callback: Callback): unknown;
}

/** Pulumi's text for an unknown value on the wire. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** `Result.SKIP` of Pulumi's resource monitor. */
const SKIP = 2;

/** What the wire tells of a registration and Pulumi's mocks do not. */
export interface WireRegistration {
  /** A component whose children are registered by its provider, not by the program. */
  readonly remote: boolean;
  /** Paths of inputs whose values are unknown. */
  readonly unknown: readonly string[];
}

/**
 * Makes outputs without a value unknown, as in a preview: Pulumi does not call `apply` for them, and an input that depends on one is
 * unknown as well. Undefined values would end programs that compute with them.
 *
 * @param onRegistration called before the mocks are
 */
export function makeMissingOutputsUnknown(monitor: unknown, onRegistration: (registration: WireRegistration) => void): void {
  const mocks = monitor as Monitor; // The mocks that setMocks has installed.
  const register = mocks.registerResource.bind(mocks);
  mocks.registerResource = (request, callback) => {
    const remote = request.getRemote();
    onRegistration({ remote, unknown: unknownPaths(request.getObject()?.toJavaScript() ?? {}) });
    return register(request, (error, answer) => {
      if ((request.getCustom() || remote) && !request.getType().startsWith("pulumi:")) answer?.setResult?.(SKIP);
      callback(error, answer);
    });
  };
}

function unknownPaths(value: unknown, path = ""): string[] {
  if (value === UNKNOWN) return [path];
  if (value === null || typeof value !== "object") return [];
  // A place in a list says little: `subnetIds` is enough.
  if (Array.isArray(value)) return [...new Set(value.flatMap((each) => unknownPaths(each, path)))];
  return Object.entries(value).flatMap(([name, member]) => unknownPaths(member, path === "" ? name : `${path}.${name}`));
}
