import { syncBuiltinESMExports } from "node:module";

/**
 * Makes a `new Console` for the standard streams when it is first used. The durable SDK makes one for each invocation, and
 * Node's constructor binds two dozen methods anew: a seventh of what an invocation without logs costs.
 */
export function lazyConsole(): void {
  const { Console } = console;
  const LazyConsole: typeof Console = new Proxy(Console, {
    construct(target, parameters: unknown[], newTarget: NewableFunction) {
      const make = (): object => Reflect.construct(target, parameters, newTarget) as object;
      return newTarget === LazyConsole && isForStandardStreams(parameters[0]) ? lazy(make) : make();
    },
  });
  // eslint-disable-next-line no-console -- replaced, not written to
  console.Console = LazyConsole;
  // What `import { Console } from "node:console"` gives.
  syncBuiltinESMExports();
}

function isForStandardStreams(options: unknown): boolean {
  const { stdout, stderr } = (options ?? {}) as { stdout?: unknown; stderr?: unknown };
  return stdout === process.stdout && stderr === process.stderr;
}

/** Stands for what `make` gives, which is made at the first thing done to it. */
function lazy(make: () => object): object {
  let made: object | undefined;
  // Each trap is the method of Reflect that has its name, done to the real object.
  const traps = new Proxy<ProxyHandler<object>>({}, {
    get: (_, trap) => (_target: object, ...operands: unknown[]) => {
      const method = Reflect[trap as keyof typeof Reflect] as (...operands: unknown[]) => unknown;
      return method((made ??= make()), ...operands);
    },
  });
  return new Proxy({}, traps);
}
